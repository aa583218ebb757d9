#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections for everybody on this computer: imported, shown, changed, deleted, dialed.

See case.py.
"""
import os
import signal
import sys

import desktop
import profiles
from case import HERE, check, main, nameless, stored, test, test_alone

NAME = "Example College VPN"
DENIED = {"fail": "org.dialtone.Dialer1.Error.Ras0x80070005", "message": "You are not authorized to do this."}
REFUSED = "Error 0x80070005: You are not allowed to do this. Connections for everybody are an administrator's"


def everybodys(case):
    """What is stored for everybody: the text of each, by id."""
    found = {}
    for name in os.listdir(case.everybody):
        with open(os.path.join(case.everybody, name, "profile.ini"), "rb") as file:
            found[name] = file.read().decode()
    return found


def installed(case, **keys):
    """The window of a connection for everybody that was there before the program."""
    folder = os.path.join(case.desktop.folder, "for-everybody")
    window = case.start(profiles.make(folder, **keys))
    window.press("Everybody who uses this computer", "radio button")
    window.press_and_close("Import")
    case.helper.call("InstallProfile")
    window.find("password text")
    window.end()
    return case.start()


def security_page(window):
    window.press("Properties")
    tabs = window.find("page tab list")
    names = [tab.name for tab in tabs.children()]
    tabs.call("Selection", "SelectChild", desktop.number(names.index("Options")))
    return window.find("check box", "Redial if the line is dropped")


def answer(window, name, closes=1):
    """Presses this button of the question that is open, which may not be the only one of that name. It closes
    the question, and perhaps Properties as well."""
    def button():
        todo = [node for node in window.all() if node.role == "alert"]
        while todo:
            node = todo.pop()
            if node.role == "push button" and node.name == name:
                return node
            todo += node.children()
        return None
    window.closing(desktop.wait_until(button, name).act, f"{name} closes the question", closes)


@test
def import_one(case):
    """a profile is imported for everybody, with its files; nothing of it is this person's"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.find("radio button", "Only me")
    check(not any("administrator" in text for text in window.texts()), "only who chooses it is told")
    window.press("Everybody who uses this computer", "radio button")
    window.reads("This is for an administrator, whose password may be asked for.")
    check(not nameless(window), f"import: {nameless(window)}")
    window.press_and_close("Import")
    check(case.helper.call("InstallProfile") == ["", ["files/EC_VPN.bmp", "files/EC_VPN.cmp",
                                                      "files/EC_VPN.cms", "profile.ini"]], "its files")
    window.find("password text")
    window.reads("For everybody who uses this computer")
    check(not stored(case), "a copy was made")
    check("vpn.example.edu" in everybodys(case)["everybody-1"], everybodys(case))
    case.desktop.focus(NAME)
    case.desktop.keys("Escape")
    window.ended()
    # The same once more has another name, and the list tells who may use which.
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "q")))
    desktop.wait_until(lambda: window.entry("Connection name:").text() == NAME + " (2)", "a name that is free")
    window.press_and_close("Import")
    window.find("password text")
    window = case.restart()
    window.find("table cell", NAME + " (everybody)")
    window.find("table cell", NAME + " (2)")


@test
def import_by_keyboard(case):
    """who may use it is chosen by keyboard; Enter in the name imports it so"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.find("radio button", "Only me")
    case.desktop.focus("Import a Profile")
    window.focuses("Connection name:")
    case.desktop.keys("alt+w")
    window.reads("This is for an administrator")
    case.desktop.keys("alt+e")
    window.focuses("Connection name:")
    window.closing(lambda: case.desktop.keys("Return"), "Enter closes the page")
    case.helper.call("InstallProfile")
    window.find("password text")


@test
def import_refused(case):
    """polkit says no, or nobody can ask: why and what to do; then it is imported for one person"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.press("Everybody who uses this computer", "radio button")
    case.helper.do(**DENIED)
    window.press("Import")
    window.reads(REFUSED)
    check(window.find("push button", "Import").has("sensitive"), "it may be tried again")
    case.helper.do(fail="org.dialtone.Dialer1.Error.Ras624", message="No space left on device")
    window.press("Import")
    window.reads("Error 624: ")
    window.reads("(No space left on device)")
    window.press("Only me", "radio button")
    desktop.wait_until(lambda: not any("Error" in text for text in window.texts()), "that is over")
    window.press_and_close("Import")
    window.find("password text")
    check(list(stored(case)) == ["example-college-vpn"] and not everybodys(case), "it is this person's")


@test
def import_before_helper(case):
    """Import before the helper has told that it is there: it waits for it, and no error is told"""
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"),
                               ("Office 0", "vpn0.example.edu", None), ("Office 1", "vpn1.example.edu", None))
    for button, n in (("Import", 1), ("Import All", 3)):
        case.helper.process.send_signal(signal.SIGSTOP)
        window = case.start(path)
        window.press("Everybody who uses this computer", "radio button")
        window.find("push button", button)
        window.press(button)
        desktop.wait_until(lambda: not window.find("push button", "Import").has("sensitive"), "it waits")
        check(not any("Error" in text or "not running" in text for text in window.texts()), window.texts())
        window.closing(lambda: case.helper.process.send_signal(signal.SIGCONT), "it goes on")
        check(len(everybodys(case)) == n, everybodys(case))
        window.end()


@test_alone
def import_without_helper(case):
    """the dialing service is not there: said, and nothing is stored"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.press("Everybody who uses this computer", "radio button")
    window.press("Import")
    window.reads("The dialing service is not running.")
    check(not stored(case) and not everybodys(case), "something was stored")


@test
def import_all(case):
    """all of a phone book for everybody; the key in it goes into the keyring of who imports it"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    entries = [(f"Office {i}", f"vpn{i}.example.edu", "t0p secret" if i == 1 else None) for i in range(3)]
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"), *entries)
    window = case.start(path)
    window.press("Everybody who uses this computer", "radio button")
    window.press_and_close("Import All")
    keys.expect("stored /etc/everybody-2/psk")
    for i in range(3):
        window.find("table cell", f"Office {i} (everybody)")
    check(not stored(case), "none is this person's")
    check(not any("t0p secret" in text for text in everybodys(case).values()), "the key is in no file")
    keys.end()


@test
def import_all_refused(case):
    """the helper writes some and then no more: those go again, and one is imported alone"""
    entries = [(f"Office {i}", f"vpn{i}.example.edu", None) for i in range(3)]
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"), *entries)
    window = case.start(path)
    window.press("Everybody who uses this computer", "radio button")
    case.helper.do(after=2, fail="org.dialtone.Dialer1.Error.Ras624", message="No space left on device")
    window.press("Import All")
    window.reads("(No space left on device)")
    check(not everybodys(case), everybodys(case))
    check([case.helper.call("RemoveProfile") for _ in range(2)] == [["everybody-2"], ["everybody-1"]], "backwards")
    window.press_and_close("Import")
    window.find("frame", "Office 0")
    check(list(everybodys(case)) == ["everybody-3"], everybodys(case))


@test
def deleted(case):
    """Delete removes it for everybody, when an administrator lets it; else the list says why not"""
    installed(case).end()
    case.import_profile(name="My own").end()
    window = case.start()
    window.find("table cell", "My own")
    window.find("table cell", NAME + " (everybody)")
    case.desktop.focus("Connections")
    window.find("table", "Connections").call("Component", "GrabFocus")
    case.desktop.keys("Down")
    case.helper.do(**DENIED)
    for last in (False, True):
        window.press("Delete…")
        window.reads("It is removed for everybody who uses this computer")
        window.press_and_close("Delete")
        check(case.helper.call("RemoveProfile") == ["everybody-1"], "which")
        if not last:
            window.reads(REFUSED)
            check(everybodys(case), "it is still there")
    window.gone("table cell", NAME + " (everybody)")
    window.find("table cell", "My own")
    check(not everybodys(case) and list(stored(case)) == ["my-own"], "the other one stays")


@test
def deleted_before_helper(case):
    """Delete before the helper has told that it is there: it is removed when it has"""
    installed(case).end()
    case.import_profile(name="My own").end()
    case.helper.process.send_signal(signal.SIGSTOP)
    window = case.start()
    window.find("table cell", NAME + " (everybody)")
    case.desktop.focus("Connections")
    window.find("table", "Connections").call("Component", "GrabFocus")
    case.desktop.keys("Down")
    window.press("Delete…")
    window.reads("It is removed for everybody who uses this computer")
    window.press_and_close("Delete")
    check(not any("not running" in text for text in window.texts()), window.texts())
    case.helper.process.send_signal(signal.SIGCONT)
    check(case.helper.call("RemoveProfile") == ["everybody-1"], "which")
    window.gone("table cell", NAME + " (everybody)")


@test
def changed_before_helper(case):
    """Properties changed for everybody before the helper has told that it is there: it waits, and is changed then"""
    installed(case).end()
    case.helper.process.send_signal(signal.SIGSTOP)
    window = case.start()
    box = security_page(window)
    box.act()
    window.press("OK")
    answer(window, "Change for Everybody")
    desktop.wait_until(lambda: not box.has("sensitive"), "it waits")
    check(not any("not running" in text for text in window.texts()), window.texts())
    window.closing(lambda: case.helper.process.send_signal(signal.SIGCONT), "Properties close")
    check(case.helper.call("InstallProfile")[0] == "everybody-1", "which")


@test
def properties_kept(case):
    """Properties of everybody's: OK without a change asks nothing, and makes no copy"""
    window = installed(case)
    security_page(window)
    window.press_and_close("OK")
    check(not stored(case) and not case.helper.called("InstallProfile"), "something was stored")


@test
def properties_for_everybody(case):
    """Properties of everybody's: the person is asked, and it changes for everybody; who typed what does not"""
    window = installed(case)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="idle", Error=691)
    window.reads("Error 691")
    security_page(window).act()
    window.press("OK")
    window.reads("Change the connection “Example College VPN” for everybody?")
    check(not nameless(window), f"question: {nameless(window)}")
    answer(window, "Cancel")
    check(window.find_now("page tab list"), "the window stays, with what was changed")
    case.helper.do(**DENIED)
    window.press("OK")
    answer(window, "Change for Everybody")
    window.reads(REFUSED)
    window.press("OK")
    answer(window, "Change for Everybody", closes=2)
    text = everybodys(case)["everybody-1"]
    check("RedialOnLinkFailure=1" in text and "alice" not in text, text)
    check(not stored(case), "a copy was made")
    check([case.helper.call("InstallProfile")[0] for _ in range(2)] == ["everybody-1"] * 2, "in its place")


@test
def properties_own_copy(case):
    """Properties of everybody's: a copy of one's own, which is dialed from then on"""
    window = installed(case)
    check(not security_page(window).has("checked"), "else this proves nothing")
    window.find("check box", "Redial if the line is dropped").act()
    window.press("OK")
    answer(window, "Keep My Own Copy", closes=2)
    check(b"RedialOnLinkFailure=1" in stored(case)["example-college-vpn"], "its own copy")
    check("RedialOnLinkFailure=1" not in everybodys(case)["everybody-1"], "everybody's is as it was")
    check(not case.helper.called("InstallProfile"), "installed")
    desktop.wait_until(lambda: not any("For everybody" in text for text in window.texts()), "it is one's own")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["drop-redials"] > 0, plan)


@test
def own_choices(case):
    """the user name and what else is chosen is this person's, without a copy of the profile"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = installed(case)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.type("Logon domain:", "EXAMPLE")
    window.press("Save password", "check box")
    window.press("Connect automatically", "check box")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    keys.expect("stored alice")
    case.helper.set(State="idle", Error=631)
    window.end()
    check(not stored(case), "a copy was made")
    check("alice" not in everybodys(case)["everybody-1"], "everybody reads that")
    window = case.start()
    _, secrets = case.helper.call("Connect")
    check(secrets == {"user": "alice", "password": "secret", "domain": "EXAMPLE"}, secrets)
    keys.end()


def connected_by_another(case, window):
    case.helper.do(connection=NAME, owner=os.getuid() + 1)
    case.connect()
    window.reads("Connected for everybody")
    window.reads("Another person has connected it for everybody who uses this computer.")


@test
def anothers_call(case):
    """another person has dialed it for everybody: shown, and ended by whom polkit lets"""
    window = installed(case)
    connected_by_another(case, window)
    window.reads("10.1.2.3")
    check(not nameless(window), f"status: {nameless(window)}")
    case.helper.do(**DENIED)
    window.press("Disconnect")
    check(case.helper.event("Disconnect")["may_ask"], "polkit may ask for a password")
    window.reads(REFUSED)
    window.reads("10.1.2.3")
    window.press("Disconnect")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Stage=3, Error=734)
    window.find("password text")
    window.reads("Disconnected")
    check(not any("Error" in text for text in window.texts()), "how it ended is told to who dialed it")


@test
def anothers_dial(case):
    """another person's dial asks that person: no question here, and a window that is closed does not end it"""
    window = installed(case)
    case.helper.do(connection=NAME, owner=os.getuid() + 1)
    case.helper.set(State="authenticating", Stage=2, Question={"reason": 648})
    window.reads("Verifying user name and password…")
    check(not window.entry("User name:").has("sensitive"), "it is being dialed")
    case.helper.set(State="registering", Stage=3)
    window.reads("Registering your computer on the network…")
    check(not window.find_now("dialog"), "somebody else's question")
    case.desktop.focus(NAME)
    case.desktop.keys("Escape")
    window.ended()
    check(not case.helper.called("Disconnect"), "hung up")


@test
def own_and_anothers(case):
    """of one's own and another person's call of the same name, that which does something is shown"""
    window = installed(case)
    connected_by_another(case, window)
    case.helper.set(State="idle", Error=631)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="idle", Stage=2, Error=691)
    window.reads("Error 691")
    case.helper.do(connection=NAME, owner=os.getuid() + 1)
    case.helper.do(select=0, set={"State": "connected"})
    window.reads("Connected for everybody")
    case.helper.do(select=0, set={"State": "idle"})
    window.reads("Error 691")


@test
def anothers_call_in_list(case):
    """the list shows whose it is, and why Disconnect was refused"""
    installed(case).end()
    case.import_profile(name="My own").end()
    case.helper.do(connection=NAME, owner=os.getuid() + 1)
    case.connect()
    window = case.start()
    window.find("table cell", "Connected for everybody")
    case.desktop.focus("Connections")
    window.find("table", "Connections").call("Component", "GrabFocus")
    case.desktop.keys("Down")
    case.helper.do(**DENIED)
    window.press("Disconnect")
    window.reads(REFUSED)


def with_tray(case):
    """the menu beside the clock tells whose a connection is, and ends it"""
    installed(case).end()
    case.shell = desktop.Shell(case.desktop, os.path.join(HERE, "fake_shell.py"))
    connected_by_another(case, case.start())
    title = NAME + " (everybody)"
    desktop.wait_until(lambda: list(case.shell.menu()) == [
        title + ": Connected for everybody", "Disconnect " + title, "Connections…", "Quit"], "the menu")
    case.shell.choose("Disconnect " + title)
    case.helper.call("Disconnect")
    case.helper.set(State="idle")
    desktop.wait_until(lambda: f"Connect {title}…" in case.shell.menu(), "it may be dialed")


def tray_refused(case):
    """that Disconnect beside the clock was refused is told by the desktop: there may be no window to tell it in"""
    installed(case).end()
    case.shell = desktop.Shell(case.desktop, os.path.join(HERE, "fake_shell.py"))
    connected_by_another(case, case.start())
    title = f"Disconnect {NAME} (everybody)"
    desktop.wait_until(lambda: title in case.shell.menu(), "the menu")
    for _ in range(2):  # each time
        case.helper.do(**DENIED)
        case.shell.choose(title)
        told = case.shell.next("notify")["notify"]
        check(told[0] == NAME + " could not be disconnected" and REFUSED in told[1], told)


if os.environ.get("DIALTONE_TRAY"):
    test(with_tray)
    test(tray_refused)


@test
def learned(case):
    """what connected comes first the next time, for this person; the connection itself stays as it is"""
    window = filled_in(installed(case, strategy=0))
    text = everybodys(case)

    window.press("Connect")
    check(case.helper.call("Connect")[0]["protocols"] == ["sstp", "l2tp-ipsec", "pptp"], "as it came")
    case.connect(protocol="l2tp-ipsec")
    window.reads("Duration:")
    window.end()
    case.helper.set(State="idle", Error=631)
    check(everybodys(case) == text and not stored(case), "it is an administrator's")
    window = filled_in(case.start())
    window.press("Connect")
    window.type("Pre-shared key:", "t0p secret")
    window.press("Connect")
    check(case.helper.call("Connect")[0]["protocols"] == ["l2tp-ipsec", "sstp", "pptp"], "that comes first")


def filled_in(window):
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    return window


@test
def dialed_for_everybody(case):
    """chosen by keyboard in its window, polkit refuses, then lets: all have it; it is chosen the next time, too"""
    window = filled_in(installed(case))
    box = window.find("check box", "Connect for everybody who uses this computer")
    check(not box.has("checked"), "that is a choice")
    case.desktop.focus(NAME)
    case.desktop.keys("alt+e")
    desktop.wait_until(lambda: box.has("checked"), "the key checks it")
    case.helper.do(**DENIED)
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(plan["for-everybody"], plan)
    window.reads("Error 0x80070005: You are not allowed to do this.")
    window.reads("Connections for everybody are an administrator's: give the password that is asked for")
    check(box.has("sensitive"), "it may be taken back")
    window.press("Connect")
    case.helper.call("Connect")
    desktop.wait_until(lambda: not box.has("sensitive"), "it is dialed")
    case.connect()
    window.reads("Connected for everybody")
    check(not any("Another person" in text for text in window.texts()), "it is this person's own")
    window.press("Disconnect")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Error=631)
    window.find("password text")
    check("everybody" not in everybodys(case)["everybody-1"].lower(), "it is this person's choice")
    window.end()
    window = filled_in(case.start())
    box = window.find("check box", "Connect for everybody who uses this computer")
    check(box.has("checked"), "it was chosen")
    box.act()
    desktop.wait_until(lambda: not box.has("checked"), "it is this person's own")
    case.helper.do(**DENIED)
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(not plan.get("for-everybody"), plan)
    window.reads("Ask the administrator of this computer.")
    window.end()
    check(not case.start().find("check box", "Connect for everybody who uses this computer").has("checked"), "no more")


@test
def own_is_not_for_everybody(case):
    """a connection of one's own has no such choice"""
    window = case.import_profile()
    window.find("check box", "Save password")
    check(not window.find_now("check box", "Connect for everybody who uses this computer"), "it would be refused")


@test
def own_calls_of_one_name(case):
    """of one's own calls alone and for everybody, both ended, the failure of the last is shown"""
    window = filled_in(installed(case))
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="idle", Stage=2, Error=691)
    window.reads("Error 691")
    filled_in(window)
    window.press("Connect for everybody who uses this computer", "check box")
    window.press("Connect")
    case.helper.call("Connect")
    window.reads("Connecting to")
    case.helper.set(State="idle", Stage=1, Error=868)
    window.reads("Error 868")
    check(not any("Error 691" in text for text in window.texts()), "that was the one before")


def two_legs(case):
    """Two connections for everybody, one through the other; the window of the second, filled in."""
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"), ("Line", "line.example.edu", None),
                               ("Office", "office.example.edu", None), first="Line")
    window = case.start(path)
    window.press("Everybody who uses this computer", "radio button")
    window.press_and_close("Import All")
    window.find("table cell", "Line (everybody)")
    window.find("table cell", "Office (everybody)")
    window.end()
    return filled_in(case.start("-c", "Office"))


@test
def both_legs_for_everybody(case):
    """what goes through another one is dialed for everybody: so is that one; not through one's own"""
    window = two_legs(case)
    case.helper.do(connection="Line")
    case.helper.set(State="connected", Stage=3)
    window.press("Connect for everybody who uses this computer", "check box")
    window.press("Connect")
    window.reads("“Line” comes before this connection, and is connected for you alone.")
    check(not case.helper.called("Connect"), "it would be refused")
    case.helper.set(State="idle", Error=631)
    window.press("Connect")
    window.find("frame", "Line")
    window.reads("Dialing “Line” first…")
    boxes = [node for node in window.all()
             if node.role == "check box" and node.name == "Connect for everybody who uses this computer"]
    check(len(boxes) == 2 and all(box.has("checked") for box in boxes), "both are for everybody")


@test
def second_leg_refused(case):
    """the helper does not take the second of two: the first, which was dialed for it, is hung up"""
    window = two_legs(case)
    window.press("Connect")
    window.find("frame", "Line")
    window.reads("Dialing “Line” first…")
    case.helper.do(fail="org.dialtone.Dialer1.Error.Ras756", message="of another user")
    case.helper.do(connection="Line")
    case.helper.set(State="connected", Stage=3)
    plan, _ = case.helper.call("Connect")
    check((plan["name"], plan["through"], plan["end-through"]) == ("Office", "Line", True), plan)
    case.helper.call("Disconnect")
    window.reads("Error 756")


@test
def second_window_closed(case):
    """the window of the second of two is closed while the first is dialed: the first is given up"""
    window = two_legs(case)
    window.press("Connect")
    window.find("frame", "Line")
    window.reads("Dialing “Line” first…")
    todo = [window.find("frame", "Office")]
    while todo[0].role != "push button" or todo[0].name != "Close":  # of its title bar
        todo += todo.pop(0).children()
    window.closing(todo[0].act, "both windows close", 2)


@test
def german(case):
    """German: whom it is for, the question, the list"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")), LANGUAGE="de")
    window.press("Alle Benutzer dieses Rechners", "radio button")
    window.reads("Das ist Sache eines Administrators")
    window.press_and_close("Importieren")
    window.reads("Für alle Benutzer dieses Rechners")
    window.find("check box", "Für alle Benutzer dieses Rechners verbinden")
    window.press("Eigenschaften")
    tabs = window.find("page tab list")
    tabs.call("Selection", "SelectChild", desktop.number(2))
    window.press("Neu wählen, wenn die Verbindung abbricht", "check box")
    window.press("OK")
    window.reads("Die Verbindung „Example College VPN“ für alle ändern?")
    answer(window, "Eigene Kopie behalten", closes=2)
    window.end()
    window = case.start(LANGUAGE="de")
    window.find("table cell", NAME + " (alle)")


sys.exit(main())
