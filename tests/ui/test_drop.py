#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are dragged onto the window and dropped, by the X server's own messages (XDND).

See case.py; the other end is xdnd-source.c.
"""
import os
import subprocess
import sys
import urllib.parse

import desktop
import profiles
from case import check, main, stored, test, test_alone

SOURCE = os.environ.get("DIALTONE_XDND_SOURCE")
FILES = "text/uri-list"
FILE_MANAGER = "x-special/gnome-icon-list,text/uri-list,text/plain"  # as Nautilus offers them


def uri(path):
    return "file://" + urllib.parse.quote(path)


def window_number(case, title):
    """The X server's, of the window with this title."""
    return case.desktop.search(title).split()[0]


def drop(case, title, over, data, types=FILES):
    """Drops it onto the middle of this accessible; what was said of it."""
    x, y, width, height = over.extents()
    done = subprocess.run([SOURCE, window_number(case, title), str(x + width // 2), str(y + height // 2),
                           types, "|".join(data) + "|"], env=case.desktop.environment, check=True,
                          timeout=2 * desktop.DEADLINE, text=True, stdout=subprocess.PIPE)
    return done.stdout.splitlines()


def make(case, name, short):
    return profiles.make(os.path.join(case.desktop.folder, "Dröp me " + short), name=name, short=short)


def import_pages(window):
    """What each of them reads, in no order."""
    application = window.application()
    return [child for child in application.children() if child.role == "dialog" and child.has("showing")]


def count_pages(window, n):
    desktop.wait_until(lambda: len(import_pages(window)) == n, f"{n} pages of import")


@test_alone
def a_file(case):
    """a file that is dropped onto the list is shown, as one that was opened, and nothing is stored before"""
    path = make(case, "Dropped & <b>seen</b>", "EC_VPN")
    window = case.start()
    said = drop(case, "Connections", window.find("frame", "Connections"), [uri(path)])
    check(said == ["accepted", "asked text/uri-list", "finished"], said)
    window.reads("vpn.example.edu")
    check(window.entry("Connection name:").text() == "Dropped & <b>seen</b>", "the name as it is")
    check(not stored(case), "nothing is stored yet")
    window.press_and_close("Import")
    window.find("password text")
    check(len(stored(case)) == 1, "stored")


@test
def for_everybody(case):
    """a file that is dropped can be imported for everybody as one that was opened"""
    path = make(case, "Dropped", "EC_VPN")
    window = case.start()
    drop(case, "Connections", window.find("frame", "Connections"), [uri(path)])
    window.press("Everybody who uses this computer", "radio button")
    window.press_and_close("Import")
    case.helper.call("InstallProfile")
    window.find("password text")
    check(not stored(case), "it is nobody's own")


@test_alone
def several_files(case):
    """several files: a page for each, and comments in their list are none; of a hundred, eight pages"""
    window = case.start()
    frame = window.find("frame", "Connections")
    paths = [make(case, f"Office {i}", f"EC{i}") for i in range(3)]
    said = drop(case, "Connections", frame, ["# a comment", *map(uri, paths)])
    check(said[-1] == "finished", said)
    count_pages(window, 3)
    for i in range(3):
        desktop.wait_until(lambda i=i: any(node.role == "text" and node.text() == f"Office {i}"
                                           for node in window.all()), f"Office {i}")
    for left in (2, 1, 0):
        window.press_and_close("Cancel")
        count_pages(window, left)
    drop(case, "Connections", frame, [uri(paths[0])] * 100)
    count_pages(window, 8)
    check(not stored(case), "nothing is stored")


@test_alone
def a_folder(case):
    """the folder that the wizard made is a profile; another folder is none, which is said"""
    path = make(case, "Office", "EC_VPN")
    window = case.start()
    frame = window.find("frame", "Connections")
    check(drop(case, "Connections", frame, [uri(os.path.dirname(path))])[-1] == "finished", "taken")
    window.reads("vpn.example.edu")
    window.press_and_close("Cancel")
    count_pages(window, 0)
    empty = os.path.join(case.desktop.folder, "empty")
    os.mkdir(empty)
    check(drop(case, "Connections", frame, [uri(empty)])[-1] == "finished", "taken")
    dialog = window.find("push button", "Import")
    check(not dialog.has("sensitive"), "there is nothing to import")


@test_alone
def what_cannot_be(case):
    """F: a web page, a file of another computer and what is no list are refused; a vanished file is said to be"""
    window = case.start()
    frame = window.find("frame", "Connections")
    for bad in (["https://www.example.edu/vpn.exe"], ["file://elsewhere/vpn.cmp"], [""], ["\x01\x02"],
                ["file:"], ["/etc/passwd"], ["file:///%00"]):
        said = drop(case, "Connections", frame, bad)
        check(said == ["accepted", "asked text/uri-list", "failed"], (bad, said))
        check(not import_pages(window), bad)
    check(drop(case, "Connections", frame, ["text"], "text/plain") == ["refused"], "text is no file")
    said = drop(case, "Connections", frame, ["https://www.example.edu/", uri(case.desktop.folder + "/gone.cmp")])
    check(said[-1] == "finished", said)
    window.reads("No such file")
    check(not window.find("push button", "Import").has("sensitive"), "there is nothing to import")
    window.press_and_close("Cancel")
    check(not stored(case), "nothing is stored")


@test_alone
def over_an_entry(case):
    """a file manager's drop on the entry for the user name is a file, too, and no text"""
    path = make(case, "Second", "SECOND")
    window = case.import_profile(name="First")
    entry = window.entry("User name:")
    for types, asked in ((FILES, FILES), (FILE_MANAGER, FILES)):
        said = drop(case, "First", entry, [uri(path)], types)
        check(said == ["accepted", "asked " + asked, "finished"], said)
        desktop.wait_until(lambda: any(node.role == "text" and node.text() == "Second"
                                       for node in window.all()), "the page of what was dropped")
        window.press_and_close("Cancel")
        count_pages(window, 0)
        check(entry.text() == "", entry.text())
    check(drop(case, "First", entry, ["alice"], "text/plain")[0] == "accepted", "a word is for the entry")
    desktop.wait_until(lambda: "alice" in entry.text(), "the word")


if SOURCE:
    sys.exit(main())
print("1..0 # SKIP there is no libX11")
