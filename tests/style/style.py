"""style.py - what the checks of this folder share: the files of the project, and TAP.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = ("tests/",)


def files(*suffixes, tests=True):
    """Names of tracked files (of all, in a tree without git), relative to the top, sorted."""
    try:
        names = subprocess.run(["git", "-C", TOP, "-c", f"safe.directory={TOP}", "ls-files"],
                               check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [os.path.relpath(os.path.join(folder, name), TOP)
                 for folder, folders, found in os.walk(TOP)
                 if not folders.__setitem__(slice(None), [f for f in folders if f[0] != "." and
                                                          not f.startswith("build")])
                 for name in found]
    return sorted(n for n in names
                  if (not suffixes or n.endswith(suffixes)) and os.path.isfile(os.path.join(TOP, n))
                  and (tests or not n.startswith(TESTS)))


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


class Tap:
    """with Tap() as tap: tap.case("what holds", [what breaks it, ...])"""

    def __init__(self):
        self.cases = self.failed = 0

    def __enter__(self):
        return self

    def case(self, title, offenders):
        self.cases += 1
        offenders = list(offenders)
        for line in offenders[:50]:
            print("#", line)
        if len(offenders) > 50:
            print("# and", len(offenders) - 50, "more")
        print(f"{'not ok' if offenders else 'ok'} {self.cases} - {title}")
        self.failed += bool(offenders)

    def skip(self, title, reason):
        self.cases += 1
        print(f"ok {self.cases} - {title} # SKIP {reason}")

    def __exit__(self, kind, value, trace):
        if kind is None:
            print(f"1..{self.cases}")
            raise SystemExit(1 if self.failed else 0)
