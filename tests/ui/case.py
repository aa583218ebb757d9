# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window's tests share: a desktop with a helper and the program on it, and their runner.

Each program: PROGRAM CONTRACT.xml LOCALEDIR [NAME...]; prints TAP. Names in front of a test's sentence
are rows of the project's table of threats.
"""
import itertools
import os
import shutil
import signal
import sys
import time
import traceback

import desktop
import profiles
from gi.repository import GLib

HERE = os.path.dirname(os.path.abspath(__file__))
SHA256 = "0123456789abcdef" * 4
# A sanitizer's report about the program itself is a failure; leaks inside GTK's libraries are not ours.
SANITIZER = {"ASAN_OPTIONS": "detect_leaks=0"}
# GTK 3's GtkWindowAccessible asks a window for its children without a look whether it is still there (its
# other accessibles look): whoever reads a window in the moment in which it closes makes it say this. The one
# call of that function in ui/ looks before.
GTK_OWN = "gtk_container_forall: assertion 'GTK_IS_CONTAINER (container)' failed"

PROGRAM, CONTRACT, LOCALES = sys.argv[1:4]


class Case:
    """One desktop, one helper, one program; ends them all."""

    def __init__(self):
        self.desktop = desktop.Desktop()
        self.everybody = self.desktop.folder + "/everybody"  # and never /etc of this computer
        os.mkdir(self.everybody)
        self.desktop.environment["DIALTONE_SYSTEM_PROFILES"] = self.everybody
        self.helper = None
        self.shell = None
        self.window = None

    def start_helper(self):
        self.helper = desktop.Helper(self.desktop, os.path.join(HERE, "fake_helper.py"), CONTRACT)

    def start(self, *arguments, **environment):
        self.window = desktop.Window(self.desktop, PROGRAM, *arguments,
                                     **{**SANITIZER, "DIALTONE_LOCALEDIR": LOCALES, **environment})
        return self.window

    def import_profile(self, button="Import", **keys):
        """Imports a profile; gives its logon window."""
        folder = os.path.join(self.desktop.folder, f"profile-{time.monotonic_ns()}")
        path = profiles.make(folder, **keys)
        window = self.start(path)
        window.press_and_close(button)
        window.find("password text")
        return window

    def dial(self, **keys):
        window = self.import_profile(**keys)
        window.type("User name:", "alice")
        window.type("Password:", "secret")
        window.press("Connect")
        self.helper.call("Connect")
        return window

    def restart(self):
        """The window is killed, and opened again."""
        self.window.end(signal.SIGKILL)
        return self.start()

    def connect(self, **details):
        self.helper.set(State="connected", Stage=3, Error=0, BytesIn=12345, BytesOut=345,
                        RoundTrip=23400,
                        Details={"server": "vpn.example.edu", "server-address": "192.0.2.1",
                                 "local-ip": "10.1.2.3", "local-ip6": "fe80::1", "dns": ["10.0.0.1", "10.0.0.2"],
                                 "encryption": "TLS 1.3, AES-256-GCM", "auth": "MS-CHAPv2",
                                 "connected-since": int(time.time()) - 3700, **details})

    def close(self):
        try:
            if self.window is not None:
                code, errors = self.window.end()
                if code not in (-signal.SIGTERM, -signal.SIGKILL, 0):
                    raise AssertionError(f"the program ended with {code}: {errors}")
                if complaints(errors):
                    raise AssertionError("the program complained: " + errors)
        finally:
            for other in (self.helper, self.shell):
                if other is not None:
                    other.end()
            self.desktop.close()


def complaints(errors):
    """What the program said that it never should."""
    return [line for line in errors.splitlines()
            if any(word in line for word in ("CRITICAL", "WARNING", "Sanitizer")) and GTK_OWN not in line]


def check(truth, what):
    if not truth:
        raise AssertionError(what)


TESTS = []


def test(function):
    function.helper = True
    TESTS.append(function)
    return function


def test_alone(function):
    """A test without a helper."""
    test(function).helper = False
    return function


def stored(case):
    """All bytes of all connections that are stored, by folder."""
    top = case.desktop.folder + "/data/dialtone/profiles"
    found = {}
    for folder, _, files in os.walk(top):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                first = os.path.relpath(folder, top).split(os.sep)[0]
                found[first] = found.get(first, b"") + file.read()
    return found


def nameless(window):
    """Controls that a screen reader has no word for."""
    return [node.role for node in window.all()
            if node.has("focusable") and node.role not in ("frame", "dialog", "scroll pane", "label")
            and not node.label()]


def shown(window):
    """What a person would see of it: role, words, and what has the focus or is closed."""
    for node in window.all():
        try:
            text = node.text() or node.label()
            if text or node.has("focusable"):
                marks = [mark for mark, is_so in (
                    ("focused", node.has("focused")), ("checked", node.has("checked")),
                    ("closed", not node.has("sensitive"))) if is_so]
                yield f"  {node.role} {text!r} {' '.join(marks)}"
        except GLib.Error:  # it went away meanwhile
            continue


def tell(case):
    """What a failed test leaves for whoever looks for the cause; at most some 60 lines."""
    def lines():
        if case.window is not None:
            code = case.window.process.poll()
            yield "the program runs, and shows:" if code is None else f"the program ended with {code}"
            if code is None:
                yield from itertools.islice(shown(case.window), 30)
            yield "it said:"
            yield from ("  " + line for line in case.window.said().splitlines()[-12:])
        if case.helper is not None:
            yield "calls that the helper had, and nobody asked for:"
            yield from (f"  {event}" for event in case.helper.events[-5:])
        yield "the machine's load: " + " ".join(map(str, os.getloadavg()))
    try:
        for line in lines():
            print("#", repr(line)[1:-1][:400])
    except Exception as error:  # it is the test's failure that counts
        print("#", repr(error))


def run(function):
    case = Case()
    try:
        if function.helper:
            case.start_helper()
        try:
            function(case)
        except BaseException:
            tell(case)
            keep = os.environ.get("DIALTONE_TEST_SCREENSHOTS")
            if keep and shutil.which("import"):
                case.desktop.screenshot(os.path.join(keep, function.__name__ + ".png"))
            raise
    finally:
        case.close()


def main():
    chosen = [f for f in TESTS if not sys.argv[4:] or f.__name__ in sys.argv[4:]]
    needed = [name for name in ("Xvfb", "dbus-daemon", "xdotool") if not shutil.which(name)]
    if needed:
        print(f"1..0 # SKIP {', '.join(needed)} not installed")
        return 0
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, function in enumerate(chosen, 1):
        try:
            run(function)
            print(f"ok {number} - {function.__doc__}", flush=True)
        except Exception:  # the next case may still pass
            failed += 1
            print(f"not ok {number} - {function.__doc__}")
            for line in traceback.format_exc().splitlines():
                print("#", line, flush=True)
    return 1 if failed else 0

