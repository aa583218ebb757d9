#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window for access numbers: Connection Manager's phone book of a profile.

See case.py.
"""
import os
import sys

import desktop
import profiles
from case import check, main, nameless, stored, test_alone

def import_book(case, **book):
    """A profile with a phone book; gives its Properties window."""
    path = profiles.make_with_book(os.path.join(case.desktop.folder, "with-book"), **book)
    window = case.start(path)
    window.press_and_close("Import")
    window.press("Properties")
    window.press("Phone Book…")
    window.find("combo box", "Country code")
    return window


def choose(window, label, item):
    window.find("combo box", label).call("Selection", "SelectChild", desktop.number(item))


def lists(window, *names):
    """Waits until these numbers are in the list, in this order, and no others."""
    def names_now():
        cells = [node.name for node in window.all() if node.role == "table cell"]
        return [cell.split("  ")[0] for cell in cells if "  +" in cell]
    desktop.wait_until(lambda: names_now() == list(names), f"{names} in the list")


def take(window):
    """OK of this window, not of the one behind it."""
    todo = [window.find("dialog", "Phone Book")]
    while todo:
        node = todo.pop()
        if node.role == "push button" and node.name == "OK":
            node.act()
            break
        todo += node.children()
    window.gone("combo box", "Country code")


@test_alone
def own_words(case):
    """PBMessage and PBLogo: the administrator's words and picture beside the numbers"""
    window = import_book(case, files={"book.bmp": profiles.bitmap(114, 304)}, PBLogo="EC_VPN\\book.bmp",
                         PBMessage="Numbers with <b>charge</b>")
    lists(window, "Seattle", "<b>Redmond</b>")
    window.reads("Numbers with <b>charge</b>")
    desktop.wait_until(lambda: [node for node in window.all() if node.name == "Picture of the phone book"],
                       "the picture")


@test_alone
def no_own_words(case):
    """PBMessage and PBLogo: without them, or with a spoilt picture, there is no room for them"""
    window = import_book(case, files={"book.bmp": b"BM" + b"\xff" * 80}, PBLogo="EC_VPN\\book.bmp")
    lists(window, "Seattle", "<b>Redmond</b>")
    check(not [node for node in window.all() if node.name == "Picture of the phone book"],
          "an empty picture")


@test_alone
def phone_book(case):
    """access numbers: by country, region, service and search; more of one; the chosen one is kept"""
    window = import_book(case)
    check(not nameless(window), f"numbers: {nameless(window)}")
    lists(window, "Seattle", "<b>Redmond</b>")
    window.reads("+1 206 5550100")
    window.reads("9600 to 56000 bit/s")
    window.reads("Dial-up entry: Office")
    window.press("More access numbers", "check box")
    lists(window, "Seattle", "<b>Redmond</b>", "Everywhere")
    choose(window, "Service type", 1)
    lists(window, "Seattle", "Everywhere")
    choose(window, "Region", 2)  # East; a number without a region is in each
    lists(window, "Everywhere")
    choose(window, "Country code", 2)
    lists(window, "K\u00f6ln", "Berlin")
    choose(window, "Country code", 0)
    lists(window, "Seattle", "K\u00f6ln", "Everywhere", "Berlin")
    window.type("Search access numbers", "berL")
    lists(window, "Berlin")
    choose(window, "Country code", 2)
    lists(window, "Berlin")
    window.reads("Speed: 64000 bit/s")
    take(window)
    window.reads("+49 30 5550104")
    window.press_and_close("OK")
    window.find("password text")
    text = stored(case)["example-college-vpn"]
    for line in (b"PhoneNumber=5550104", b"AreaCode=30", b"CountryCode=49"):
        check(line in text, line)
    window.press("Properties")
    window.reads("+49 30 5550104")


@test_alone
def chosen_by_keys(case):
    """access numbers: chosen by the keyboard alone; Cancel chooses nothing"""
    window = import_book(case)
    lists(window, "Seattle", "<b>Redmond</b>")
    case.desktop.focus("Phone Book")
    desktop.wait_until(lambda: getattr(window.focused(), "role", "") in ("table cell", "table"),
                       "the list has the focus")
    case.desktop.keys("Escape")
    window.gone("combo box", "Country code")
    check(not any("+1" in text for text in window.texts()), window.texts())
    window.press("Phone Book…")
    lists(window, "Seattle", "<b>Redmond</b>")
    case.desktop.focus("Phone Book")
    desktop.wait_until(lambda: getattr(window.focused(), "role", "") in ("table cell", "table"),
                       "the list has the focus")
    case.desktop.keys("Down")
    window.reads("with a surcharge")
    case.desktop.keys("Return")
    window.gone("combo box", "Country code")
    window.reads("+1 425 5550101")


@test_alone
def damaged_book(case):
    """F: a phone book with an error: what can be read is listed, and that something is missing is told"""
    window = import_book(case, pops=profiles.POPS + "too,few\n" + profiles.POPS)
    lists(window, "Seattle", "<b>Redmond</b>")
    window.reads("numbers are missing")


@test_alone
def large_book(case):
    """a hundred thousand numbers: all there, and the window answers meanwhile"""
    pops = "".join(f"{i},1,{i % 3 + 1},Town {i},206,{i:07d},0,0,0,0,\n" for i in range(1, 100001))
    window = import_book(case, pops=pops)
    window.reads("+1 206 0000001")
    window.type("Search access numbers", "Town 99999")
    lists(window, "Town 99999")
    choose(window, "Region", 1)  # 99999 % 3 + 1 is the first
    lists(window, "Town 99999")
    take(window)
    window.reads("+1 206 0099999")


sys.exit(main())
