#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The windows by keyboard alone: each is reached, and left, and tells a screen reader what it has.

See case.py. That no two keys collide: test-mnemonics.
"""
import os
import sys

import desktop
import profiles
from case import check, main, nameless, test

NAME = "Example College VPN"


def close_by(case, window, key):
    """Without a look into it: see press_and_close()."""
    before = [(node.owner, node.path) for node in window.application().children()]
    case.desktop.keys(key)
    desktop.wait_until(lambda: window.has_lost_one_of(before), f"{key} closes a window")


def leave(case, window, title):
    """Escape closes this window."""
    desktop.wait_until(lambda: not nameless(window), f"all in {title} has a name: {nameless(window)}")
    case.desktop.focus(title)
    close_by(case, window, "Escape")


def turn_to(case, window, role, name):
    """Properties: pages on by Ctrl+Page Down until this is there."""
    case.desktop.focus("Properties of")
    tabs = window.find("page tab list")
    tabs.call("Component", "GrabFocus")
    for _ in tabs.children():
        if window.find_now(role, name):
            return
        before = [tab.name for tab in tabs.children() if tab.has("selected")]
        case.desktop.keys("ctrl+Next")
        desktop.wait_until(lambda: before != [tab.name for tab in tabs.children() if tab.has("selected")],
                           "the next page")
    check(window.find_now(role, name), f"{name} is on a page")


def properties(case, window):
    case.desktop.focus("^" + NAME)
    case.desktop.keys("alt+r")
    window.find("page tab list")


@test
def dialogs(case):
    """Properties, Phone Book, IPsec Settings, key and log are opened by keys and left by Escape"""
    window = case.start(profiles.make_with_book(os.path.join(case.desktop.folder, "p"), strategy=3))
    window.find("push button", "Import")
    case.desktop.focus("Import a Profile")
    close_by(case, window, "alt+i")
    window.find("password text")
    properties(case, window)
    turn_to(case, window, "push button", "Phone Book…")
    case.desktop.keys("alt+b")
    window.find("combo box", "Country code")
    leave(case, window, "^Phone Book")
    turn_to(case, window, "push button", "IPsec Settings…")
    case.desktop.keys("alt+i")
    window.find("dialog", "IPsec Settings")
    leave(case, window, "IPsec Settings")
    leave(case, window, "Properties of")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    case.desktop.focus("^" + NAME)
    case.desktop.keys("alt+c")
    window.find("dialog", "Pre-shared Key")
    leave(case, window, "Pre-shared Key")
    check(not case.helper.called("Connect"), "Escape does not dial")


@test
def enter(case):
    """Enter in an entry of Properties is OK, and nothing is stored by Escape"""
    window = case.import_profile()
    for key, kept in (("Escape", ""), ("Return", "corp.example")):
        properties(case, window)
        turn_to(case, window, "text", "DNS suffix of this connection:")
        entry = window.entry("DNS suffix of this connection:")
        entry.write("corp.example")
        entry.call("Component", "GrabFocus")
        desktop.wait_until(lambda entry=entry: entry.has("focused"), "the entry has the keyboard")
        close_by(case, window, key)
        properties(case, window)
        turn_to(case, window, "text", "DNS suffix of this connection:")
        check(window.entry("DNS suffix of this connection:").text() == kept, key)
        leave(case, window, "Properties of")


sys.exit(main())
