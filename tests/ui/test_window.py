#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as a person uses it: with a keyboard and a screen reader, against a helper that the test moves.

See case.py.
"""
import os
import re
import signal
import sys
import time

import desktop
import profiles
from case import HERE, PROGRAM, SANITIZER, SHA256, check, main, nameless, test


@test
def stages(case):
    """three stages, connected, disconnected"""
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "pässwörd")
    window.type("Logon domain:", "EXAMPLE")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(plan["servers"] == [["vpn.example.edu", 0]] and plan["protocols"] == ["sstp"], plan)
    check(secrets == {"user": "alice", "password": "pässwörd", "domain": "EXAMPLE"}, secrets)
    case.helper.set(State="connecting", Stage=1, Details={"server": "vpn.example.edu"})
    window.reads("Connecting to vpn.example.edu…")
    check(not window.entry("User name:").has("sensitive"), "fields are closed while dialing")
    case.helper.set(State="authenticating", Stage=2)
    window.reads("Verifying user name and password…")
    case.helper.set(State="registering", Stage=3)
    window.reads("Registering your computer on the network…")
    case.connect()
    desktop.wait_until(lambda: any(re.fullmatch(r"1:\d\d:\d\d", text) for text in window.texts()), "duration")
    for text in ("Connected", "10.1.2.3", "10.0.0.1, 10.0.0.2", "23.4 ms", "345 bytes",
                 "vpn.example.edu (192.0.2.1)", "TLS 1.3, AES-256-GCM (MS-CHAPv2)"):
        window.reads(text)
    check(not any("fe80" in text for text in window.texts()), "a link-local address is noise")
    case.helper.set(BytesOut=987)  # not signalled: it is asked for
    window.reads("987 bytes")
    window.press("Disconnect")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Stage=0, Error=631)
    window.reads("Disconnected")
    check(not any("Error" in text for text in window.texts()), "a hang-up is no failure")


@test
def stages_refused_at_once(case):
    """the lines of the stages that went by too fast to be seen, each once and in order"""
    window = case.import_profile()
    heard = window.listen("User name:")
    window.type("Password:", "wrong")
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="idle", Stage=2, Error=691, Details={"server": "vpn.example.edu"})
    window.reads("Error 691")
    lines = ["Connecting to vpn.example.edu…", "Verifying user name and password…", "Disconnected"]
    window.hears("Disconnected", heard)
    check([text for text in heard if text in lines] == lines, heard)


@test
def pptp_is_weak(case):
    """PPTP is shown as weak: when it is imported, before the password, and while connected"""
    weak = "PPTP can be decrypted by whoever records it."
    path = profiles.make(os.path.join(case.desktop.folder, "p"), strategy=1)
    window = case.start(path)
    window.reads("• " + weak)
    window.press_and_close("Import")
    window.reads(weak)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="pptp")
    window.reads("Duration:")
    window.reads(weak)


@test
def weak_ipsec_is_named(case):
    """What IPsec agreed to that is outdated is named while the call is up; and no IPsec at all"""
    window = case.start(profiles.make(os.path.join(case.desktop.folder, "p")))
    window.press_and_close("Import")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="l2tp-ipsec", weak=5)
    window.reads("The server agreed only to encryption that is outdated: 3DES, MODP-1024.")
    case.connect(protocol="l2tp", encryption="MPPE-128 stateless")
    window.reads("L2TP without IPsec is unencrypted but for the MPPE of its packets, which can be "
                 "decrypted by whoever records it.")


@test
def registration_and_hooks(case):
    """where this computer is registered by name, and an administrator's programs that failed: as status tells them"""
    window = case.dial()
    case.connect()
    window.reads("Duration:")
    labels = ("This computer in DNS:", "Its address in DNS:", "This computer in WINS:", "Hooks that failed:")
    check(not any(text in labels for text in window.texts()), "most have none of that")
    names = {"name": "vm.corp.example.test", "dns": "pending", "ptr": "refused", "wins": "new \u202eword"}
    case.connect(registration=names, hooks=["up/10-mount: it exited with status 3", "up/20-<b>x</b>: it took too long"])
    for label, text in zip(labels, ("not yet registered", "not registered: the server refused", "new ???word",
                                    "up/10-mount: it exited with status 3\nup/20-<b>x</b>: it took too long")):
        window.reads(label)
        window.reads(text)
    case.connect(registration={**names, "dns": "registered"})
    window.reads("vm.corp.example.test")
    desktop.wait_until(lambda: not any("Hooks" in text for text in window.texts()), "none failed")
    case.connect()
    desktop.wait_until(lambda: not any(text in labels for text in window.texts()), "none of it is told")


@test
def wrong_password(case):
    """691: number, sentence, advice, cause; the password is asked for again"""
    window = case.dial()
    case.desktop.focus("Example College VPN")
    case.helper.set(State="idle", Stage=2, Error=691, ErrorDetail="CHAP failure, E=691 R=0")
    window.reads("Error 691: The server did not accept this user name and password.")
    window.reads("Type the password again")
    window.press("Details", "toggle button")
    window.reads("CHAP failure, E=691 R=0")
    desktop.wait_until(lambda: window.focused() == window.entry("Password:"), "the password has focus")
    window.press("View Log")
    case.helper.call("GetLog")
    log = window.find("text", "Log of the connection")
    desktop.wait_until(lambda: "state, to: connecting" in log.text(), "the log is shown")
    check("<b>not bold</b> ?[31mnot red" in log.text(), log.text())


@test
def each_attempt_is_told(case):
    """Several protocols and servers failed: the details have a line each; one alone has its cause"""
    window = case.dial()
    one = [1, "sstp", "one.example.edu", "192.0.2.1", 809, ""]
    two = [2, "pptp", "two.example.edu", "", 808, "raw \x1b[2Jtext"]
    case.helper.set(State="idle", Stage=1, Error=800, ErrorDetail="the cause",
                    Details={"attempts": [one, two]})
    window.reads("Error 800")
    window.press("Details", "toggle button")
    window.reads("Tried SSTP to one.example.edu (192.0.2.1): Error 809: ")
    window.reads("\nTried PPTP to two.example.edu: Error 808: ")
    window.reads("(raw ?[2Jtext)\nthe cause")
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="idle", Stage=1, Error=809, ErrorDetail="nobody there",
                    Details={"attempts": [one]})
    window.press("Details", "toggle button")
    window.reads("nobody there")
    check(not any("Tried" in text for text in window.texts()), window.texts())


@test
def question_691(case):
    """691 while the server waits: the fields open, Connect answers"""
    window = case.dial()
    case.helper.set(State="authenticating", Stage=2, Question={"reason": 691})
    window.reads("Error 691")
    window.type("Password:", "better")
    window.press("Connect")
    check(case.helper.call("Answer") == [{"user": "alice", "password": "better"}], "the answer")
    case.helper.set(Question={})
    case.connect()
    window.reads("10.1.2.3")


@test
def question_648(case):
    """A9 a new password is only sent after it was typed twice and chosen"""
    window = case.dial()
    case.helper.set(State="authenticating", Stage=2, Question={"reason": 648})
    window.reads("Error 648: The password has expired.")
    button = window.find("push button", "Change Password")
    check(not button.has("sensitive"), "nothing typed yet")
    window.type("New password:", "n3w")
    window.type("Confirm new password:", "other")
    window.reads("The two passwords are not the same yet.")
    check(not button.has("sensitive"), "not the same")
    check(not case.helper.called("Answer"), "no answer yet")
    window.type("Confirm new password:", "n3w")
    window.press("Change Password")
    check(case.helper.call("Answer") == [
        {"user": "alice", "password": "secret", "new-password": "n3w"}], "the answer")
    case.helper.set(Question={})
    case.helper.set(Question={"reason": 709})
    window.reads("Error 709: The server did not accept the new password.")
    window.press("Cancel")
    case.helper.call("Disconnect")
    check(not case.helper.called("Answer"), "Cancel answers nothing")


@test
def certificate(case):
    """a certificate is accepted only after it was compared, and then it alone"""
    window = case.dial()
    case.helper.set(State="idle", Stage=1, Error=0x800B0109, ErrorDetail="self-signed certificate",
                    Details={"server": "vpn.example.edu", "certificate-sha256": SHA256})
    window.reads("Error 0x800B0109: The server's certificate was not issued by")
    window.press("Show Certificate…")
    window.reads("01:23:45:67:89:AB:CD:EF\n01:23")
    accept = window.find("push button", "Accept This Certificate")
    check(not accept.has("sensitive"), "not compared yet")
    window.press("I have compared the fingerprint, and it is the same", "check box")
    window.press("Accept This Certificate")
    window.reads("The certificate is accepted.")
    check(not case.helper.called("Connect"), "nothing is dialed without the person")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    check(bytes(plan["pin"]).hex() == SHA256, plan)


EAP = {"server": "vpn.example.edu", "certificate-sha256": "ab" * 32, "eap-certificate-sha256": SHA256,
       "eap-certificate-name": "nps.example.edu", "eap-certificate-issuer": "Example Root",
       "eap-certificate-until": 1893456000}


@test
def certificate_of_eap(case):
    """the authentication server's certificate is accepted for itself, and can be forgotten"""
    window = case.dial()
    case.helper.set(State="idle", Stage=2, Error=0x800B0109, ErrorDetail="of the authentication server",
                    Details=EAP)
    window.press("Show Certificate…")
    window.reads("Authentication server behind vpn.example.edu\nIssued to: nps.example.edu\n"
                 "Issued by: Example Root\nValid until: ")
    window.reads("01:23:45:67:89:AB:CD:EF\n01:23")
    window.press("I have compared the fingerprint, and it is the same", "check box")
    window.press("Accept This Certificate")
    window.reads("The certificate is accepted.")
    window.press("Properties")
    window.find("page tab list").call("Selection", "SelectChild", desktop.number(3))
    window.reads("Accepted for signing in:")
    window.press("Forget the Certificate Accepted for Signing In")
    desktop.wait_until(lambda: not window.find_now("push button", "Forget the Certificate Accepted for Signing In"),
                       "it is forgotten")
    check(not window.find_now("push button", "Forget the Accepted Certificate"), "the VPN server's was accepted")


@test
def certificate_never(case):
    """an expired, revoked or changed certificate cannot be accepted"""
    window = case.dial()
    for error in (0x800B0101, 0x800B010C, 0x800B0114):
        case.helper.set(State="idle", Stage=1, Error=error, ErrorDetail="",
                        Details={"server": "vpn.example.edu", "certificate-sha256": SHA256})
        window.reads(f"Error 0x{error:08X}")
        check(not window.find_now("push button", "Show Certificate…"), f"{error:x} may be accepted")


@test
def captive_portal(case):
    """H10 a captive portal: told what to do, and no password is asked for"""
    window = case.dial()
    case.helper.set(State="idle", Stage=1, Error=0x80070320, ErrorDetail="302 to http://portal/")
    window.reads("Error 0x80070320: The network wants you to sign in first.")
    window.reads("Open a web page in your browser")
    check(not window.find_now("dialog"), "a dialog opened")


@test
def killed(case):
    """S3 the window is killed in a call: the connection stays, the next window shows the truth"""
    window = case.dial()
    case.helper.set(State="authenticating", Stage=2)
    window.reads("Verifying")
    window = case.restart()
    window.reads("Verifying user name and password…")
    case.connect()
    window.reads("10.1.2.3")
    window = case.restart()
    window.reads("10.1.2.3")
    check(not case.helper.called("Disconnect"), "nobody hung up")
    window.press("Disconnect")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Error=0)
    window.reads("Disconnected")


@test
def helper_gone(case):
    """the helper crashes in a call, and comes back"""
    window = case.dial()
    case.helper.set(State="authenticating", Stage=2)
    window.reads("Verifying")
    case.helper.end()
    case.helper = None
    desktop.wait_until(lambda: window.entry("User name:").has("sensitive"), "the fields open again")
    window.press("Connect")
    window.reads("The dialing service is not running.")
    case.start_helper()
    window.press("Connect")
    case.helper.call("Connect")


@test
def refused(case):
    """not authorised: a sentence with its number"""
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    case.helper.do(fail="org.dialtone.Dialer1.Error.Ras0x80070005", message="polkit said no")
    window.press("Connect")
    window.reads("Error 0x80070005: You are not allowed to do this.")
    case.helper.do(fail="org.dialtone.Dialer1.Error.Ras756", message="busy")
    window.press("Connect")
    window.reads("Error 756: This connection is already being dialed.")


@test
def foreign_text(case):
    """Y2 text of servers and profiles is never markup, and holds no escapes or bidi marks"""
    window = case.dial(name="<b>Bold</b> & <i>", support="<span size='99999'>Call</span> &amp; ask")
    window.reads("<span size='99999'>Call</span> &amp; ask")
    case.helper.set(State="idle", Error=734,
                    ErrorDetail="<b>x</b> \x1b[31m \u202eevil\u2066 %s%n " + "A" * 70000)
    window.reads("Error 734")
    window.press("Details", "toggle button")
    window.reads("<b>x</b> ?[31m ")
    detail = next(text for text in window.texts() if text.startswith("<b>x</b>"))
    check(len(detail) <= 1024 and not set(detail) & set("\x1b\u202e\u2066\n"), repr(detail[:60]))
    check("%s%n" in detail, "percent signs are text")
    case.helper.set(State="connecting", Error=0, Details={"server": "a<b>b\u202e\x07"})
    window.reads("a<b>b")
    case.connect(server="<u>s</u>", encryption="\x1b]0;title\x07")
    window.reads("<u>s</u>")


@test
def no_keyring(case):
    """D9 no keyring: the dial goes on, and the window says that the password was not saved"""
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Save password", "check box")
    check(window.find("check box", "Connect automatically").has("sensitive"), "now it may be chosen")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    window.reads("The password was not saved")


@test
def keyring(case):
    """a saved password: kept after it worked, filled in, dialed automatically, forgotten"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    try:
        window = case.import_profile()
        window.type("User name:", "alice")
        window.type("Password:", "sécret")
        window.press("Save password", "check box")
        window.press("Connect")
        case.helper.call("Connect")
        case.connect()
        keys.expect("stored alice")
        case.helper.set(State="idle", Error=631)
        window.end()
        window = case.start()
        desktop.wait_until(lambda: len(window.entry("Password:").text()) == 6, "it is filled in")
        check(not case.helper.called("Connect"), "dialed unasked")
        window.press("Connect automatically", "check box")
        window.press("Connect")
        case.helper.call("Connect")
        case.connect()
        keys.expect("stored alice")
        case.helper.set(State="idle", Error=631)
        window.end()
        window = case.start()
        _, secrets = case.helper.call("Connect")
        check(secrets == {"user": "alice", "password": "sécret"}, secrets)
        case.helper.set(State="idle", Error=691)
        window.reads("Error 691")
        check(not case.helper.called("Connect"), "a wrong password is not dialed again and again")
        window.press("Save password", "check box")
        check(not window.find("check box", "Connect automatically").has("checked"), "goes with it")
        window.press("Connect")
        case.helper.call("Connect")
        case.connect()
        keys.expect("deleted alice")
    finally:
        keys.end()


@test
def automatically_once(case):
    """the password of what connects automatically is gone, and typed: nothing is dialed behind Disconnect"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Save password", "check box")
    window.press("Connect automatically", "check box")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    keys.expect("stored alice")
    case.helper.set(State="idle", Error=631)
    window.end()
    keys.end()
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.start()
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    keys.expect("stored alice")
    case.helper.set(State="idle", Error=631)
    desktop.wait_until(lambda: len(window.entry("Password:").text()) == 6, "it is filled in")
    check(not case.helper.called("Connect"), "dialed unasked")
    keys.end()


@test
def keyring_is_slow(case):
    """the window is closed while the password is on its way into the keyring: it arrives"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Save password", "check box")
    keys.process.send_signal(signal.SIGSTOP)
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    window.reads("Duration:")
    case.helper.set(State="idle", Error=631)
    window.find("password text")
    case.desktop.focus("Example College VPN")
    case.desktop.keys("Escape")
    window.gone("frame")
    check(window.process.poll() is None, "the program ended without having saved it")
    keys.process.send_signal(signal.SIGCONT)
    keys.expect("stored alice")
    window.ended()
    keys.end()


@test
def helper_is_slow(case):
    """Connect before the helper has told what there is: dialed as soon as it has; or not, after Cancel"""
    case.import_profile().end()
    case.helper.process.send_signal(signal.SIGSTOP)
    window = case.start()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    window.reads("Starting…")
    check(not window.entry("User name:").has("sensitive"), "fields are closed while dialing")
    window.press("Cancel")
    window.reads("Click Connect to begin connecting.")
    window.type("Password:", "second")
    window.press("Connect")
    window.reads("Starting…")
    case.helper.process.send_signal(signal.SIGCONT)
    _, secrets = case.helper.call("Connect")
    check(secrets == {"user": "alice", "password": "second"}, secrets)
    check(not case.helper.called("Connect"), "the one that was cancelled")


@test
def helper_is_slow_connected(case):
    """Connect before the helper has told that it is connected: nothing is dialed"""
    case.import_profile().end()
    case.helper.do(connection="Example College VPN")
    case.connect()
    case.helper.process.send_signal(signal.SIGSTOP)
    window = case.start()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    window.reads("Starting…")
    case.helper.process.send_signal(signal.SIGCONT)
    window.reads("Duration:")
    check(not case.helper.called("Connect"), "dialed")


@test
def helper_is_slow_autodial(case):
    """a password that is found before the helper has told what there is: dialed as soon as it has"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Save password", "check box")
    window.press("Connect automatically", "check box")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect()
    keys.expect("stored alice")
    case.helper.set(State="idle", Error=631)
    window.end()
    case.helper.process.send_signal(signal.SIGSTOP)
    window = case.start()
    desktop.wait_until(lambda: len(window.entry("Password:").text()) == 6, "it is filled in")
    case.helper.process.send_signal(signal.SIGCONT)
    case.helper.call("Connect")
    keys.end()


@test
def hung_up_unseen(case):
    """Cancel and quit before the helper has answered Connect: the dial is ended all the same"""
    window = case.import_profile()
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    case.helper.called("Connect")
    case.desktop.focus("Example College VPN")
    case.helper.process.send_signal(signal.SIGSTOP)
    window.press("Connect")
    window.reads("Starting…")
    window.press("Cancel")
    case.desktop.keys("ctrl+q")
    window.gone("frame")
    check(window.process.poll() is None, "the program ended with the dial going on")
    case.helper.process.send_signal(signal.SIGCONT)
    case.helper.call("Connect")
    case.helper.call("Disconnect")
    window.ended()


@test
def missing(case):
    """nothing typed: said where, nothing dialed"""
    window = case.import_profile()
    window.press("Connect")
    window.reads("Please type your user name.")
    window.type("User name:", "alice")
    window.press("Connect")
    window.reads("Please type your password.")
    check(not case.helper.called("Connect"), "dialed without a password")


@test
def hidden(case):
    """what the profile hides is not there"""
    window = case.import_profile(HideDomain=1, HideRememberPassword=1)
    check(not window.find_now("text", "Logon domain:"), "the domain")
    check(not window.find_now("check box", "Save password"), "Save password")
    check(not window.find_now("check box", "Connect automatically"), "Connect automatically")


@test
def waiting(case):
    """redial: counts down; Cancel hangs up"""
    window = case.dial()
    case.helper.set(State="waiting", Error=809, Waiting={"seconds": 5, "attempt": 2, "attempts": 3})
    window.reads("5 seconds")
    window.reads("Error 809")
    window.press("Cancel")
    case.helper.call("Disconnect")


@test
def cut_off(case):
    """a call that was up and is dialed again: why, the wait, and connected once more"""
    window = case.dial()
    case.connect()
    window.reads("Received:")
    case.helper.set(State="waiting", Stage=3, Error=829,
                    Waiting={"seconds": 5, "attempt": 1, "attempts": 3})
    window.reads("5 seconds")
    window.reads("Error 829")
    case.helper.set(State="connected", Error=0, Waiting={})
    window.reads("Received:")


def with_shell(case):
    case.shell = desktop.Shell(case.desktop, os.path.join(HERE, "fake_shell.py"))
    return case.shell


def test_with_tray(function):
    """A program that was built without one has nothing to test."""
    return test(function) if os.environ.get("DIALTONE_TRAY") else function


@test_with_tray
def tray(case):
    """the icon beside the clock: what it shows, and its menu; the call outlives the window"""
    shell = with_shell(case)
    window = case.dial(name="A_b & <c>")
    desktop.wait_until(lambda: shell.item("Status") == "Active", "the icon is there")
    case.helper.set(State="connecting", Stage=1, Error=0)
    desktop.wait_until(lambda: "acquiring" in shell.item("IconName"), "the icon of a dial")
    case.connect()
    desktop.wait_until(lambda: shell.item("Title") == "Connected", "its text")
    check("disconnected" not in shell.item("IconName"), shell.item("IconName"))
    check(shell.item("IconAccessibleDesc") == "Connected", "for a screen reader")
    desktop.wait_until(lambda: list(shell.menu()) == [
        "A_b & <c>: Connected", "Disconnect A_b & <c>", "Connections…", "Quit"], shell.menu())
    shell.choose("Connections…")
    window.find("frame", "Connections")
    shell.choose("Disconnect A_b & <c>")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Error=631)
    shell.choose("Connect A_b & <c>…")
    window.find("password text")
    shell.choose("Quit")
    window.ended()


def reader(case, name, kind):
    """A program that shows files of this kind: it copies what it is given."""
    folder = case.desktop.folder + "/data/applications"
    seen = case.desktop.folder + "/seen"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{name}.desktop", "w", encoding="utf-8") as file:
        file.write(f"[Desktop Entry]\nType=Application\nName=Reader\nExec=cp %f {seen}\nMimeType={kind};\n")
    with open(folder + "/mimeapps.list", "w", encoding="utf-8") as file:
        file.write(f"[Default Applications]\n{kind}={name}.desktop\n")
    return seen


@test
def help_file(case):
    """HelpFile: opened with the desktop's program when the button is pressed, as it came"""
    seen = reader(case, "reader", "text/plain")
    window = case.import_profile(files={"read me.txt": b"Call 555-0100\n"}, HelpFile="EC_VPN\\read me.txt")
    window.press("Help")
    window.reads("Your administrator has added “read me.txt” to this connection.")
    check(not os.path.exists(seen), "opened without being asked")
    window.press("Open the Help File")

    def read():
        with open(seen, "rb") as file:
            return file.read()
    desktop.wait_until(lambda: os.path.exists(seen) and read() == b"Call 555-0100\n", "the file is shown")


@test
def help_program(case):
    """F4: a program that a profile calls its help is not opened"""
    reader(case, "reader", "application/x-shellscript")
    window = case.import_profile(files={"help.sh": b"#!/bin/sh\n"}, HelpFile="EC_VPN\\help.sh")
    window.press("Help")
    window.reads("but no program of this computer shows it.")
    check(not [node for node in window.all() if node.name == "Open the Help File"], "a button for it")


@test_with_tray
def tray_icon(case):
    """TrayIcon: the profile's own picture beside the clock while it is connected, and then only"""
    shell = with_shell(case)
    case.dial(files={"clock.ico": profiles.icon()}, TrayIcon="EC_VPN\\clock.ico")
    case.helper.set(State="connecting", Stage=1, Error=0)
    desktop.wait_until(lambda: "acquiring" in shell.item("IconName"), "the icon of a dial")
    case.connect()
    desktop.wait_until(lambda: "/tray-example-college-vpn-" in shell.item("IconName"), "the picture of the profile")
    with open(shell.item("IconName"), "rb") as file:
        check(file.read(8) == b"\x89PNG\r\n\x1a\n", "no PNG")
    case.helper.set(State="idle", Error=631)
    desktop.wait_until(lambda: shell.item("IconName") == "network-vpn-disconnected-symbolic", "gone")


@test_with_tray
def tray_icon_replaced(case):
    """TrayIcon: of a profile that is imported again meanwhile, the new picture is shown, or none, and no old file stays"""
    def imported_again(number, **keys):
        path = profiles.make(f"{case.desktop.folder}/again-{number}", **keys)
        for command in (["delete", "Example College VPN"], ["import", path]):
            process = case.desktop.spawn(["env", *(f"{k}={v}" for k, v in SANITIZER.items()), os.path.join(
                os.path.dirname(PROGRAM), "../client/cli/dialtone"), *command])
            check(process.wait(timeout=desktop.DEADLINE) == 0, command)

    def pictures():
        return {os.path.join(folder, name) for folder, _, names in os.walk(case.desktop.folder + "/run/dialtone")
                for name in names if name.startswith("tray-")}

    shell = with_shell(case)
    case.dial(files={"clock.ico": profiles.icon()}, TrayIcon="EC_VPN\\clock.ico")
    case.connect()
    desktop.wait_until(lambda: shell.item("IconName") in pictures(), "the picture of the profile")
    first = shell.item("IconName")
    imported_again(1, files={"clock.ico": profiles.icon(colour=(0xff, 0, 0))}, TrayIcon="EC_VPN\\clock.ico")
    desktop.wait_until(lambda: shell.item("IconName") not in (first, "network-vpn-symbolic")
                       and pictures() == {shell.item("IconName")}, "the new picture, alone")
    imported_again(2)
    desktop.wait_until(lambda: shell.item("IconName") == "network-vpn-symbolic" and not pictures(), "our icon")


@test_with_tray
def tray_icon_spoilt(case):
    """TrayIcon: what is no icon leaves ours"""
    shell = with_shell(case)
    case.dial(files={"clock.ico": b"\0\0\1\0" + b"\xff" * 60}, TrayIcon="EC_VPN\\clock.ico")
    case.connect()
    desktop.wait_until(lambda: shell.item("IconName") == "network-vpn-symbolic", "our icon")



@test_with_tray
def tray_hidden(case):
    """a profile that hides the icon has none"""
    shell = with_shell(case)
    case.import_profile(HideTrayIcon=1)
    case.helper.called("Find")
    told = shell.told()
    check(not told or shell.item("Status") == "Passive", f"there is an icon: {told}")


@test
def background(case):
    """without its window the program stays while it is connected, and says when that is over"""
    shell = with_shell(case)
    window = case.dial()
    case.connect()
    window.reads("Received:")
    case.desktop.focus("Example College VPN")
    case.desktop.keys("Escape")
    window.gone("frame")
    check(window.process.poll() is None, "the program ended")
    case.helper.set(State="waiting", Error=829, Waiting={"seconds": 5, "attempt": 1, "attempts": 3})
    told = shell.next("notify")
    check(told["notify"][0].endswith(" was cut off"), told)
    check("Error 829: " in told["notify"][1], told)
    case.helper.set(State="connected", Error=0, Waiting={})
    shell.next("closed")  # it is not true any more
    case.helper.set(State="idle", Error=734)
    check("Error 734: " in shell.next("notify")["notify"][1], "how it ended")
    window.ended()


@test
def background_click(case):
    """a click on what it says opens the window; that somebody hung up is not said"""
    shell = with_shell(case)
    window = case.dial()
    case.connect()
    window.reads("Received:")
    case.desktop.focus("Example College VPN")
    case.desktop.keys("Escape")
    window.gone("frame")
    case.helper.set(State="waiting", Error=829, Waiting={"seconds": 5, "attempt": 1, "attempts": 3})
    shell.next("notify")
    shell.click()
    window.find("frame")
    window.reads("Error 829")
    case.helper.set(State="connected", Error=0, Waiting={})
    case.desktop.focus("Example College VPN")
    window.reads("Received:")
    case.helper.set(State="idle", Error=631)
    window.find("password text")
    told = [event for event in shell.told() if "item" not in event]  # the icon comes when it comes
    check(not told, f"it said something: {told}")


@test
def keyboard(case):
    """everything by keyboard: type, Enter, Escape, mnemonics, Tab reaches every control"""
    window = case.import_profile()
    case.desktop.focus("Example College VPN")
    case.desktop.type("alice\tsecret\tEXAMPLE")
    desktop.wait_until(lambda: window.entry("Logon domain:").text() == "EXAMPLE", "typed")
    missed = {"User name:", "Password:", "Logon domain:", "Save password", "Connect", "Cancel", "Properties",
              "Help", "Menu"}
    for _ in range(40):  # more than there are: the key may be on its way still when the focus is asked for
        if missed:
            case.desktop.keys("Tab")
            missed.discard(desktop.wait_until(window.focused, "something has the focus").label())
    check(not missed, f"not reached: {missed}")
    case.desktop.keys("alt+u")
    desktop.wait_until(lambda: window.focused() == window.entry("User name:"), "Alt+U")
    case.desktop.keys("Return")
    _, secrets = case.helper.call("Connect")
    check(secrets == {"user": "alice", "password": "secret", "domain": "EXAMPLE"}, secrets)
    case.helper.set(State="connecting", Stage=1)
    window.reads("Connecting")
    case.desktop.keys("Escape")
    case.helper.call("Disconnect")
    case.connect()
    window.reads("10.1.2.3")
    window.focuses("Disconnect")
    case.desktop.keys("Return")
    case.helper.call("Disconnect")
    case.helper.set(State="idle", Error=0)
    window.find("push button", "Connect")
    case.desktop.keys("F1")
    window.reads("Saving the password")
    case.desktop.focus("Help")
    case.desktop.keys("Escape")
    window.gone("dialog", "Help")
    case.desktop.focus("Example College VPN")
    case.desktop.keys("Escape")
    desktop.wait_until(lambda: window.process.poll() is not None, "Escape closes the idle window")


@test
def names(case):
    """every control of every window has a name for a screen reader"""
    path = profiles.make(os.path.join(case.desktop.folder, "p"))
    window = case.start(path)
    window.find("push button", "Import")
    check(not nameless(window), f"import: {nameless(window)}")
    window.press_and_close("Import")
    window.entry("User name:")
    check(not nameless(window), f"logon: {nameless(window)}")
    window.press("Properties")
    tabs = window.find("page tab list")
    for page in range(6):
        tabs.call("Selection", "SelectChild", desktop.number(page))
        check(not nameless(window), f"properties {page}: {nameless(window)}")
    window.press("Cancel")
    window.gone("page tab list")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.helper.set(State="authenticating", Question={"reason": 648})
    window.reads("Error 648")
    check(not nameless(window), f"password: {nameless(window)}")
    window.press("Cancel")
    case.helper.set(State="idle", Question={}, Error=0x800B010F,
                    Details={"certificate-sha256": SHA256})
    window.press("Show Certificate…")
    window.find("push button", "Do Not Accept")
    check(not nameless(window), f"certificate: {nameless(window)}")
    window.press("Do Not Accept")
    case.connect()
    window.reads("10.1.2.3")
    check(not nameless(window), f"status: {nameless(window)}")


@test
def german(case):
    """German, with the numbers that help desks know"""
    folder = os.path.join(case.desktop.folder, "p")
    window = case.start(profiles.make(folder), LANGUAGE="de")
    window.press_and_close("Importieren")
    window.type("Benutzername:", "alice")
    window.type("Passwort:", "geheim")
    window.press("Verbinden")
    case.helper.call("Connect")
    case.helper.set(State="authenticating", Stage=2)
    window.reads("Benutzername und Passwort werden überprüft …")
    case.helper.set(State="idle", Error=691)
    window.reads("Fehler 691: Der Server hat diesen Benutzernamen oder dieses Passwort nicht")


@test
def right_to_left(case):
    """right to left: labels are right of their fields, the window is whole"""
    path = profiles.make(os.path.join(case.desktop.folder, "p"))
    window = case.start(path, GTK_MODULES=os.environ["DIALTONE_RTL_MODULE"])
    window.press_and_close("Import")
    entry = window.entry("User name:")
    label = window.find("label", "User name:")
    desktop.wait_until(lambda: label.extents()[0] > entry.extents()[0], "the label is right of the field")
    first, last = (window.find("push button", name) for name in ("Connect", "Help"))
    desktop.wait_until(lambda: first.extents()[0] > last.extents()[0], "the buttons run from right to left")


@test
def scaled(case):
    """200 %: twice the size, all controls inside the window"""
    path = profiles.make(os.path.join(case.desktop.folder, "p"))
    window = case.start(path, GDK_SCALE="2")
    window.press_and_close("Import")
    window.entry("User name:")

    def within():
        frame = window.find("frame").extents()
        for node in window.all():
            x, y, width, height = node.extents()
            if (node.has("focusable") and node.role != "frame" and not (
                    x >= frame[0] and y >= frame[1] and x + width <= frame[0] + frame[2]
                    and y + height <= frame[1] + frame[3])):
                return False
        return True
    desktop.wait_until(within, "no control sticks out")


@test
def small_screen(case):
    """a failure with much to say on a screen of 700 lines: the picture makes room, and comes back"""
    case.desktop.environment["GDK_SCALE"] = "2"
    window = case.dial()

    def picture():
        return window.find_now("image", "Picture of the connection") is not None

    desktop.wait_until(picture, "there is a picture")
    case.helper.set(State="idle", Error=0x800B0109, Details={"certificate-sha256": SHA256})
    window.find("push button", "Show Certificate…")
    desktop.wait_until(lambda: not picture(), "the picture makes room")
    button = window.find("push button", "Connect")
    desktop.wait_until(lambda: button.extents()[1] + button.extents()[3] <= 700, "Connect is on the screen")
    case.connect()
    window.reads("10.1.2.3")
    desktop.wait_until(picture, "there is room again")


sys.exit(main())
