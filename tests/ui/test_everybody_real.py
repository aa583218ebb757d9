#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections for everybody through the real helper and a real polkitd, as root, whom that lets.

See case.py. Runs itself once more on a system bus of its own (tests/env/private-bus), in a network
namespace of its own, with another folder for /etc/dialtone/profiles. DIALTONE_BUILD: the build folder.
"""
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import desktop
import profiles
from case import HERE, check, main, stored, test_alone

NAME = "Example College VPN"
FOLDER = "DIALTONE_SYSTEM_PROFILES"


def text_of(name):
    with open(os.path.join(os.environ[FOLDER], name, "profile.ini"), encoding="utf-8") as file:
        return file.read()


def names():
    """Of the folders of connections; what the helper keeps for itself begins with a dot."""
    return [name for name in os.listdir(os.environ[FOLDER]) if not name.startswith(".")]


@test_alone
def from_import_to_delete(case):
    """for everybody: imported, opened, changed and deleted, by the window and the real helper"""
    case.desktop.environment["DBUS_SYSTEM_BUS_ADDRESS"] = os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
    case.desktop.environment[FOLDER] = os.environ[FOLDER]
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.press("Everybody who uses this computer", "radio button")
    window.press_and_close("Import")
    window.find("password text")
    window.reads("For everybody who uses this computer")
    name, = names()
    folder = os.path.join(os.environ[FOLDER], name)
    check("vpn.example.edu" in text_of(name), text_of(name))
    check(sorted(os.listdir(folder + "/files")) == ["EC_VPN.bmp", "EC_VPN.cmp", "EC_VPN.cms"], "its files")
    for path, mode in ((folder, 0o755), (folder + "/profile.ini", 0o644), (folder + "/files/EC_VPN.bmp", 0o644)):
        check(stat.S_IMODE(os.stat(path).st_mode) == mode, path)
    window.press("Properties")
    tabs = window.find("page tab list")
    tabs.call("Selection", "SelectChild", desktop.number(2))
    window.press("Redial if the line is dropped", "check box")
    window.press("OK")
    window.find("push button", "Change for Everybody")
    window.closing(lambda: window.press("Change for Everybody"), "both windows are closed", 2)
    check("RedialOnLinkFailure=1" in text_of(name), text_of(name))
    check(os.path.exists(folder + "/files/EC_VPN.bmp"), "its files stay")
    window.end()
    case.import_profile(name="My own").end()
    window = case.start()
    window.find("table cell", NAME + " (everybody)")
    case.desktop.focus("Connections")
    window.find("table", "Connections").call("Component", "GrabFocus")
    case.desktop.keys("Down")
    window.press("Delete…")
    window.reads("It is removed for everybody who uses this computer")
    window.press_and_close("Delete")
    window.gone("table cell", NAME + " (everybody)")
    window.find("table cell", "My own")
    check(not names(), "it is removed")
    check(list(stored(case)) == ["my-own"], "and the other one is not")


def on_a_bus_of_its_own():
    """This program once more; gives its exit status."""
    if os.geteuid() != 0:
        print("1..0 # SKIP only root can start a helper")
        return 0
    top = tempfile.mkdtemp(prefix="dialtone-everybody-")
    bus = os.path.join(os.path.dirname(HERE), "env", "private-bus")
    try:
        return subprocess.run(["unshare", "--net", bus, sys.executable, *sys.argv], check=False,
                              env={**os.environ, FOLDER: os.path.join(top, "profiles")}).returncode
    finally:
        shutil.rmtree(top)


sys.exit(main() if os.environ.get(FOLDER) else on_a_bus_of_its_own())
