#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles in the window: how they are imported, listed and changed.

See case.py.
"""
import os
import signal
import sys

import desktop
import profiles
from case import HERE, PROGRAM, check, main, nameless, stored, test, test_alone


def list_has_focus(window):
    desktop.wait_until(lambda: getattr(window.focused(), "role", "") in ("table cell", "table"),
                       "the list has the focus")


@test_alone
def import_page(case):
    """what a profile sets up is shown before it is stored; Cancel stores nothing"""
    path = profiles.make(os.path.join(case.desktop.folder, "p"), name="Shown <b>first</b>",
                         HelpFile="EC_VPN\\gone.chm")
    window = case.start(path)
    for text in ("vpn.example.edu", "SSTP", "EAP-MSCHAPv2, MS-CHAP v2", "Start a program",
                 "all traffic of this computer"):
        window.reads(text)
    window.reads("gone.chm")
    check("\n".join(window.texts()).count("gone.chm") == 1, f"each note once: {window.texts()}")
    check(window.entry("Connection name:").text() == "Shown <b>first</b>", "the name as it is")
    window.press("Cancel")
    desktop.wait_until(lambda: window.process.poll() is not None, "the program ends")
    check(not os.path.exists(case.desktop.folder + "/data/dialtone/profiles"), "nothing is stored")
    window = case.start()
    window.reads("No Connections Yet")


@test_alone
def import_damaged(case):
    """a file that is no profile: a sentence, and no Import"""
    path = os.path.join(case.desktop.folder, "x.cmp")
    with open(path, "wb") as file:
        file.write(b"\0\xff" * 999)
    window = case.start(path)
    window.reads("damaged")
    check(not window.find("push button", "Import").has("sensitive"), "Import is closed")


@test
def import_phone_book(case):
    """a phone book of two: choose one by keys; its key goes into the keyring, never into a file"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"),
                               ("First Office", "first.example.edu", None),
                               ("Second <b>Office</b>", "second.example.edu", "t0p secret"))
    window = case.start(path)
    window.reads("first.example.edu")
    check(window.entry("Connection name:").text() == "First Office", "the first is shown")
    check(not any("There is a pre-shared key" in text for text in window.texts()), "the first has no key")
    check(not nameless(window), f"import: {nameless(window)}")
    case.desktop.focus("Import a Profile")
    list_has_focus(window)
    case.desktop.keys("Down")
    window.reads("second.example.edu")
    window.reads("It will be saved in the keyring.")
    check(window.entry("Connection name:").text() == "Second <b>Office</b>", "the name as it is")
    check(not stored(case), "nothing is stored before Import")
    case.desktop.keys("Return")
    keys.expect("stored second-b-office-b/psk")
    window.find("password text")
    check(list(stored(case)) == ["second-b-office-b"], f"only the chosen one: {list(stored(case))}")
    for text in stored(case).values():
        check(b"second.example.edu" in text and b"t0p secret" not in text, "the key is in no file")
    keys.end()


@test
def import_key_without_keyring(case):
    """a key in the file and no keyring: the person is told, the connection is there"""
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"),
                               ("Office", "vpn.example.edu", "t0p secret"))
    window = case.start(path)
    window.press("Import")
    window.reads("There is no keyring to save it in: it will be asked for.")
    window.press_and_close("Close")
    window.find("password text")
    check(all(b"t0p secret" not in text for text in stored(case).values()), "the key is in no file")


@test
def several(case):
    """several connections: a list; open one; delete one, after a question"""
    case.import_profile(name="Alpha").end()
    case.import_profile(name="Beta", short="BETA").end()
    window = case.start()
    window.find("table cell", "Alpha")
    check(not nameless(window), f"list: {nameless(window)}")
    case.desktop.focus("Connections")
    list_has_focus(window)
    case.desktop.keys("End")
    window.press("Delete…")
    window.press("Cancel")
    case.desktop.focus("Connections")
    case.desktop.keys("Delete")
    window.press("Delete")
    window.gone("table cell", "Beta")
    window.find("table cell", "Alpha")
    window.press("Open")
    window.entry("User name:")
    code, _ = window.end()
    check(code == -signal.SIGTERM, code)
    case.start().entry("User name:")  # one is left: its window opens at once


@test
def list_shows_states(case):
    """the list: each connection's state as the helper tells it, and a way out"""
    case.import_profile(name="Alpha").end()
    case.import_profile(name="Beta", short="BETA").end()
    window = case.start()
    window.find("table cell", "Not connected")
    case.helper.do(connection="Beta")
    case.helper.set(State="authenticating", Stage=2)
    window.find("table cell", "Verifying user name and password…")
    case.desktop.focus("Connections")
    list_has_focus(window)
    case.desktop.keys("End")
    window.press("Disconnect")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Error=691)
    cell = desktop.wait_until(lambda: next((node for node in window.all() if node.role == "table cell"
                                            and node.name.startswith("Error 691")), None), "why")
    check("password" in cell.name, cell.name)


@test
def import_all(case):
    """all of a phone book: told together what they are, searched, all stored, their keys kept"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    entries = [(f"Office {i}", f"vpn{i}.example.edu", "t0p secret" if i == 7 else None) for i in range(30)]
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"), *entries)
    window = case.start(path)
    window.reads("All together: 30 connections.")
    window.reads("1 brings a pre-shared key.")
    window.type("Search connections", "office 29")
    window.reads("vpn29.example.edu")
    window.gone("table cell", "Office 1")
    check(not nameless(window), f"import: {nameless(window)}")
    check(not stored(case), "nothing is stored before Import All")
    window.press_and_close("Import All")
    keys.expect("stored office-7/psk")
    window.find("frame", "Connections")
    check(len(stored(case)) == 30, f"all of them: {len(stored(case))}")
    check(not any(b"t0p secret" in text for text in stored(case).values()), "the key is in no file")
    window.type("Search connections", "FICE 29")
    window.find("table cell", "Office 29")
    window.gone("table cell", "Office 1")
    keys.end()


@test_alone
def empty_page(case):
    """without a connection: what can be imported is named, and a file that is opened is imported"""
    window = case.start()
    for text in (".cms", "rasphone.pbk", "ProfileXML", "NetworkManager"):
        window.reads(text)
    second = case.desktop.spawn([PROGRAM, profiles.make(os.path.join(case.desktop.folder, "p"))])
    window.reads("vpn.example.edu")  # in the program that runs already
    second.wait(desktop.DEADLINE)


@test
def properties(case):
    """Properties: what a user may change is saved, and used by the next dial"""
    window = case.import_profile()
    window.press("Properties")
    tabs = window.find("page tab list")
    check([tab.name for tab in tabs.children()]
          == ["General", "VPN", "Options", "Security", "Networking", "About"], "six pages")
    tabs.call("Selection", "SelectChild", desktop.number(3))
    window.reads("What shows a lock cannot be changed.")
    check(not window.find_now("password text", "Pre-shared key:"), "SSTP has no key")
    check(not window.find_now("combo box", "Kind of tunnel"), "there is no other tunnel")
    tabs.call("Selection", "SelectChild", desktop.number(4))
    window.press("Use the default gateway on the remote network", "check box")
    window.press("Use these name servers instead of the server’s", "check box")
    window.type("Preferred DNS server:", "not an address")
    window.press("OK")
    window.reads("DNS")
    window.type("Preferred DNS server:", "10.9.9.9")
    window.press_and_close("OK")
    window.gone("page tab list")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["default-gateway"] is False and plan["dns"] == ["10.9.9.9"], plan)


@test
def properties_stricter(case):
    """F6: Properties, Security: a person may be stricter than the profile, is reminded of it, and dials so"""
    window = case.import_profile(strategy=0)

    def security():
        window.press("Properties")
        tabs = window.find("page tab list")
        names = [tab.name for tab in tabs.children()]
        tabs.call("Selection", "SelectChild", desktop.number(names.index("Security")))
        window.find("check box", "PAP")

    def choose(label, item):
        window.find("combo box", label).call("Selection", "SelectChild", desktop.number(item))

    security()
    check(not nameless(window), f"security: {nameless(window)}")
    for name, offered in (("MS-CHAP v2", True), ("EAP-MSCHAPv2", True), ("CHAP", False), ("PAP", False)):
        box = window.find("check box", name)
        check(box.has("sensitive") == box.has("checked") == offered, name)
    window.press("MS-CHAP v2", "check box")
    window.press("EAP-MSCHAPv2", "check box")
    window.press("OK")
    window.reads("sign in")
    window.press("EAP-MSCHAPv2", "check box")
    choose("Encryption", 1)
    window.press_and_close("OK")
    window.gone("page tab list")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["auth"] == ["eap-mschapv2"] and plan["encryption"] == "maximum", plan)
    case.helper.set(State="idle", Stage=1, Error=691)
    window.reads("Error 691")
    security()
    check(not window.find("check box", "MS-CHAP v2").has("checked"), "what was chosen is shown")
    choose("Kind of tunnel", 1)
    window.press_and_close("OK")
    window.gone("page tab list")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["protocols"] == ["sstp"], plan)
    case.helper.set(State="idle", Stage=1, Error=691)
    window.reads("Error 691")
    path = case.desktop.folder + "/data/dialtone/profiles/example-college-vpn/profile.ini"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if "[Networking]\n" not in text:
        text += "[Networking]\n"
    with open(path, "w", encoding="utf-8") as file:  # a newer one: it offers PPTP alone
        file.write(text.replace("[Networking]\n", "[Networking]\nVpnStrategy=1\n"))
    window.press("Connect")
    window.reads("You allowed only SSTP, which the profile does not offer any more.")
    security()
    check(window.find("combo box", "Kind of tunnel").has("sensitive"), "can be chosen again")
    choose("Kind of tunnel", 0)
    window.press_and_close("OK")
    window.gone("page tab list")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["protocols"] == ["pptp"], plan)


@test
def properties_keep(case):
    """Properties: what nobody touched stays as the profile says, however large; a key is saved"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile(strategy=3, RedialCount=500, IdleTimeout=99999, dialup=1)
    window.press("Properties")
    tabs = window.find("page tab list")
    check([tab.name for tab in tabs.children()]
          == ["General", "VPN", "Internet Logon", "Options", "Security", "Networking", "About"], "pages")
    tabs.call("Selection", "SelectChild", desktop.number(2))
    window.type("Internet user name:", "line@isp")
    tabs.call("Selection", "SelectChild", desktop.number(4))
    window.type("Pre-shared key:", "t0p secret")
    check(not nameless(window), f"security: {nameless(window)}")
    window.press_and_close("OK")
    keys.expect("stored example-college-vpn/psk")
    window.gone("page tab list")
    text = stored(case)["example-college-vpn"]
    for line in (b"RedialCount=500", b"IdleTimeout=99999", b"InternetUserName=line@isp"):
        check(line in text, line)
    check(b"t0p secret" not in text, "the key is in no file")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(secrets["psk"] == "t0p secret" and plan["redial-count"] == 500, (plan, secrets))
    keys.end()


@test
def key_asked(case):
    """L2TP/IPsec without a key: it is asked for, dialed with, and saved once it has connected"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile(strategy=3)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    dialog = window.find("dialog", "Pre-shared Key")
    check(not nameless(window), f"key: {nameless(window)}")
    check(not case.helper.called("Connect"), "dialed without a key")
    window.press("Cancel")
    window.gone("dialog", "Pre-shared Key")
    window.press("Connect")
    window.find("dialog", "Pre-shared Key")
    window.type("Pre-shared key:", "x" * 513)
    window.reads("The pre-shared key is too long.")
    window.type("Pre-shared key:", "wrong")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(plan["protocols"] == ["l2tp-ipsec"] and secrets["psk"] == "wrong", (plan, secrets))
    case.helper.set(State="idle", Stage=1, Error=789)
    window.reads("Error 789")
    window.press("Connect")
    window.type("Pre-shared key:", "t0p secret")
    case.desktop.focus("Pre-shared Key")
    window.entry("Pre-shared key:").call("Component", "GrabFocus")
    case.desktop.keys("Return")
    _, secrets = case.helper.call("Connect")
    check(secrets["psk"] == "t0p secret", secrets)
    case.connect(protocol="l2tp-ipsec")
    keys.expect("stored example-college-vpn/psk")
    check(all(b"t0p secret" not in text for text in stored(case).values()), "the key is in no file")
    case.helper.set(State="idle", Error=631)
    window = case.restart()
    window.type("Password:", "secret")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check(secrets["psk"] == "t0p secret", secrets)
    keys.end()


@test
def tunnel_secret(case):
    """L2TP's tunnel secret: asked for when a server has wanted one, dialed with, and saved"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile(strategy=3)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    window.type("Pre-shared key:", "t0p secret")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check(not secrets.get("l2tp-secret"), secrets)
    case.helper.set(State="idle", Stage=1, Error=787)
    window.reads("Error 787")
    window.press("Connect")
    window.find("dialog", "L2TP Tunnel Secret")
    check(not nameless(window), f"secret: {nameless(window)}")
    window.type("Tunnel secret:", "x" * 513)
    window.reads("The tunnel secret is too long.")
    window.type("Tunnel secret:", "between us")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check(secrets["l2tp-secret"] == "between us", secrets)
    case.connect(protocol="l2tp-ipsec")
    keys.expect("stored example-college-vpn/psk")
    keys.expect("stored example-college-vpn/l2tp")
    check(all(b"between us" not in text for text in stored(case).values()), "the secret is in no file")
    keys.end()


def first_of(case, name):
    """Properties of a connection: its window, and what chooses the one that is dialed first."""
    window = case.start("-c", name)
    window.find("password text")
    window.press("Properties")
    box = window.find("check box", "Dial another connection first:")
    combo = window.find("combo box", "Connection that is dialed first")
    return window, box, combo


def offered(combo):
    return [item.name for item in combo.children()[0].children()]


@test
def dialed_first(case):
    """another connection is dialed first: chosen by keyboard, kept, dialed, taken out; never itself, nor in a circle"""
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"),
                               *((name, name.lower() + ".example.edu", None) for name in ("Line", "Office", "Other")))
    window = case.start(path)
    window.press_and_close("Import All")
    window.find("table cell", "Office")
    window.end()
    window, box, combo = first_of(case, "Office")
    check(not box.has("checked") and not combo.has("sensitive"), "it wants none")
    check(not nameless(window), f"properties: {nameless(window)}")
    case.desktop.focus("Properties of Office")
    case.desktop.keys("alt+d")
    desktop.wait_until(lambda: box.has("checked") and combo.has("sensitive"), "by its key")
    check(offered(combo) == ["Line", "Other"], offered(combo))
    combo.call("Selection", "SelectChild", desktop.number(1))
    window.press_and_close("OK")
    check(b"DialFirst=Other" in stored(case)["office"], stored(case)["office"])
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    window.reads("Dialing “Other” first…")
    window.end()
    window, box, _ = first_of(case, "Other")
    check(not box.has("sensitive"), "that were three")
    window.reads("“Office” goes through this connection, so this one can go through no other.")
    window.end()
    window, box, combo = first_of(case, "Line")
    box.act()
    desktop.wait_until(lambda: offered(combo) == ["Other"], "one that goes through none")
    window.end()
    for key, kept in (("Escape", True), ("alt+o", False)):
        window, box, combo = first_of(case, "Office")
        check(box.has("checked"), "as it was chosen")
        box.act()
        desktop.wait_until(lambda: not combo.has("sensitive"), "it is taken out")
        case.desktop.focus("Properties of Office")
        window.closing(lambda: case.desktop.keys(key), f"{key} closes the properties")
        check((b"DialFirst=Other" in stored(case)["office"]) == kept, key)
        window.end()


@test
def learned(case):
    """what connected comes first the next time; not PPTP"""
    window = case.dial(strategy=0)

    def dialed_again(first):
        window.type("Password:", "secret")
        window.press("Connect")
        if first == "l2tp-ipsec":
            window.type("Pre-shared key:", "t0p secret")
            window.press("Connect")
        return case.helper.call("Connect")[0]["protocols"]

    usual = ["sstp", "l2tp-ipsec", "pptp"]
    for worked, order in (("l2tp-ipsec", ["l2tp-ipsec", "sstp", "pptp"]), ("pptp", usual), ("sstp", usual)):
        case.connect(protocol=worked)
        window.reads("Duration:")
        case.helper.set(State="idle", Error=631)
        window.reads("Disconnected")
        check(dialed_again(order[0]) == order, worked)


@test
def learned_late(case):
    """a server that answers DHCPINFORM long after Connected is waited for again, also when no window looks on"""
    window = case.dial()

    def silent():
        text = stored(case)["example-college-vpn"]
        return b"DHCPSilentCalls=1" in text and b"DHCPSilentFor=vpn.example.edu" in text

    case.connect(dhcp="silent")
    desktop.wait_until(silent, "it is remembered that the server did not answer")
    window.reads("Duration:")
    case.connect(dhcp="answered")
    desktop.wait_until(lambda: b"DHCPSilent" not in stored(case)["example-college-vpn"], "it is forgotten")
    case.connect(dhcp="silent")  # and a call is counted once
    case.helper.set(State="idle", Error=631)
    window.reads("Disconnected")
    check(not silent(), "the same call was counted again")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(dhcp="silent")
    desktop.wait_until(silent, "the next call is counted")
    window.reads("Duration:")
    case.desktop.focus("Example College VPN")
    case.desktop.keys("Escape")
    desktop.wait_until(lambda: not window.application().children(), "its window is closed")
    case.connect(dhcp="answered")
    desktop.wait_until(lambda: b"DHCPSilent" not in stored(case)["example-college-vpn"], "it is forgotten")


sys.exit(main())
