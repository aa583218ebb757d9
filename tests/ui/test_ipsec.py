#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate of this computer for L2TP/IPsec: chosen, judged, stored and dialed with.

See case.py.
"""
import os
import subprocess
import sys

import desktop
import profiles
from case import HERE, check, main, nameless, stored, test
from ipsec_page import can_not_end, choose, close_settings, open_settings

NETWORKING = 4  # the page


class Pki:
    """An authority, and files that it made: good ones and bad ones."""

    def __init__(self, folder):
        self.folder = folder
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                 "30", "-subj", "/CN=Example Root", "-keyout", "ca.key", "-out", "ca.pem")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, timeout=desktop.DEADLINE,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def make(self, name, purpose, days="20"):
        """name.key, and name.pem without it."""
        with open(self.path(name + ".cnf"), "w", encoding="ascii") as file:
            file.write(f"extendedKeyUsage={purpose}\n")
        self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 f"/CN={name}", "-keyout", name + ".key", "-out", name + ".csr")
        self.run("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", days,
                 "-extfile", name + ".cnf", "-out", name + ".pem")

    def pkcs12(self, name, passphrase):
        self.run("pkcs12", "-export", "-in", name + ".pem", "-inkey", name + ".key", "-certfile", "ca.pem",
                 "-passout", "pass:" + passphrase, "-out", name + ".p12")


@test
def certificate(case):
    """a certificate of a .p12 is chosen, unlocked and stored; its key is in the keyring and dialed with"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("laptop", "clientAuth")
    pki.pkcs12("laptop", "open sesame")
    window = case.import_profile(strategy=3)
    open_settings(case.desktop, window)
    check(not nameless(window), f"IPsec: {nameless(window)}")
    case.desktop.keys("alt+c")
    radio = window.find("radio button", "By a certificate of this computer")
    desktop.wait_until(lambda: radio.has("checked"), "Alt+C")
    desktop.wait_until(lambda: can_not_end(window), "no certificate, no OK")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("laptop.p12"))
    window.reads("laptop.p12: The file is protected by a pass phrase.")
    window.focuses("Pass phrase:")
    check(not nameless(window), f"locked: {nameless(window)}")
    window.type("Pass phrase:", "open barley")
    window.press("Unlock")
    window.reads("laptop.p12: This is not the pass phrase of the file.")
    window.type("Pass phrase:", "open sesame")
    case.desktop.focus("IPsec Settings")
    window.entry("Pass phrase:").call("Component", "GrabFocus")
    case.desktop.keys("Return")
    window.reads("CN=laptop, valid until")
    check(window.find("check box", "Trust only its authority, CN=Example Root").has("checked"), "its root")
    check(not any("refuse" in text for text in window.texts()), "nothing is wrong with it")
    close_settings(window, "OK")
    window.reads("By a certificate: CN=laptop")
    check(not window.find_now("password text", "Pre-shared key:"), "no key is asked for any more")
    check(b"laptop" not in stored(case)["example-college-vpn"], "nothing is stored before OK")
    window.press_and_close("OK")
    keys.expect("stored example-college-vpn/key")
    window.gone("page tab list")
    text = stored(case)["example-college-vpn"]
    check(b"BEGIN CERTIFICATE" in text and b"PRIVATE KEY" not in text, "the key is in no file")
    for again in (False, True):
        window = case.restart() if again else window
        window.type("User name:", "alice")
        window.type("Password:", "secret")
        window.press("Connect")
        plan, secrets = case.helper.call("Connect")
        check(plan["ipsec"] == "certificate" and b"BEGIN CERTIFICATE" in bytes(plan["cert"]), plan)
        check(b"BEGIN CERTIFICATE" in bytes(plan["ca"]), plan)
        check("BEGIN PRIVATE KEY" in secrets["private-key"] and not secrets.get("psk"), secrets.keys())
        case.helper.set(State="idle", Error=631)
        window.reads("Disconnected")
    keys.end()
    portal.end()


def signing_in(case, key=None):
    """The window of a connection that is signed in to with EAP-TLS."""
    path = profiles.phone_book(os.path.join(case.desktop.folder, "rasphone.pbk"), ("Office", "vpn.example.edu", key))
    with open(path, "rb") as file:
        text = file.read()
    with open(path, "wb") as file:
        file.write(text.replace(b"AuthRestrictions=512", b"AuthRestrictions=128\r\nCustomAuthKey=13"))
    window = case.start(path)
    window.press_and_close("Import")
    window.find("push button", "Properties")
    return window


@test
def certificate_to_sign_in_with(case):
    """EAP-TLS over SSTP: a certificate is chosen, without a word of IPsec; its key is dialed with"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("alice", "clientAuth")
    pki.pkcs12("alice", "")
    window = signing_in(case)
    open_settings(case.desktop, window, "Choose a Certificate…", "Certificate")
    check(not nameless(window), f"certificate: {nameless(window)}")
    check(not window.find_now("radio button") and can_not_end(window, "Certificate"), "there is no choice")
    window.reads("The certificate that you sign in with (EAP-TLS):")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("alice.p12"))
    window.reads("CN=alice, valid until")
    root = window.find("check box", "Trust only its authority, CN=Example Root")
    check(not root.has("checked"), "who signed a person's need not be who signs the server's")
    close_settings(window, "OK", "Certificate")
    window.reads("By a certificate: CN=alice")
    window.press_and_close("OK")
    keys.expect("stored office/key")
    window.gone("page tab list")
    window = case.restart()
    window.type("User name:", "alice")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(b"BEGIN CERTIFICATE" in bytes(plan["cert"]) and "ca" not in plan, plan)
    check("BEGIN PRIVATE KEY" in secrets["private-key"], secrets.keys())
    keys.end()
    portal.end()


@test
def certificate_beside_a_pre_shared_key(case):
    """EAP-TLS within L2TP/IPsec by a pre-shared key: both are set in one place"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("alice", "clientAuth")
    pki.pkcs12("alice", "")
    window = signing_in(case, "t0p secret")
    keys.expect("stored office/psk")
    open_settings(case.desktop, window)
    check(not can_not_end(window), "a certificate may be chosen later")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("alice.p12"))
    window.reads("CN=alice, valid until")
    window.press("Trust only its authority, CN=Example Root", "check box")
    close_settings(window, "OK")
    window.reads("By a pre-shared key; you sign in by a certificate: CN=alice")
    window.press_and_close("OK")
    keys.expect("stored office/key")
    window.type("User name:", "alice")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check((plan["ipsec"], secrets["psk"]) == ("psk", "t0p secret"), (plan, secrets.keys()))
    check(b"BEGIN CERTIFICATE" in bytes(plan["cert"]) and "private-key" in secrets, (plan, secrets.keys()))
    keys.end()
    portal.end()


@test
def bad_certificates(case):
    """what is wrong with a file is said before anything of it is taken; a key may be in another file"""
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("web", "serverAuth", days="0")
    with open(pki.path("web.pem"), "rb") as file:
        pem = file.read()
    window = case.import_profile(strategy=3)
    open_settings(case.desktop, window)
    window.press("By a certificate of this computer", "radio button")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("web.csr"))
    window.reads("web.csr: There is no certificate in the file.")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("web.pem"))
    window.reads("There is no private key in the file.")
    window.focuses("Choose its Key…")
    desktop.wait_until(lambda: can_not_end(window), "no key, no OK")
    choose(portal, window, "Choose its Key…", "Choose a Private Key", pki.path("ca.key"))
    window.reads("The private key is not that of the certificate.")
    choose(portal, window, "Choose its Key…", "Choose a Private Key", pki.path("web.key"))
    window.reads("CN=web, valid until")
    window.reads("made for other purposes than to identify a client")
    choose(portal, window, "Choose Authorities…", "Choose Certificate Authorities", pki.path("web.pem"))
    window.reads("CN=web is no authority")
    window.press("Those of the System")
    window.reads("Those that this computer trusts")
    close_settings(window, "Cancel")
    window.reads("By a pre-shared key")
    window.press_and_close("Cancel")
    check(pem not in stored(case)["example-college-vpn"], "nothing was stored")
    portal.end()


@test
def certificate_beside_a_mistake(case):
    """the keyring is told nothing of a profile with a mistake; chosen authorities are not overruled"""
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("laptop", "clientAuth")
    pki.pkcs12("laptop", "")
    window = case.import_profile(strategy=3)
    before = stored(case)
    open_settings(case.desktop, window)
    window.press("By a certificate of this computer", "radio button")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("laptop.p12"))
    window.reads("CN=laptop, valid until")
    root = window.find("check box", "Trust only its authority, CN=Example Root")
    check(root.has("checked"), "its root")
    choose(portal, window, "Choose Authorities…", "Choose Certificate Authorities", pki.path("laptop.pem"))
    window.reads("CN=laptop is no authority")
    check(not root.has("checked"), "not its root, but those of the file")
    close_settings(window, "OK")
    window.find("page tab list").call("Selection", "SelectChild", desktop.number(NETWORKING))
    window.press("Use these name servers instead of the server’s", "check box")
    window.type("Preferred DNS server:", "not an address")
    window.press("OK")
    window.reads("“not an address” is not an IPv4 address.")
    check(not any("private key" in text for text in window.texts()), "no keyring was asked")
    check(stored(case) == before, "the profile is as it was")
    window.type("Preferred DNS server:", "10.9.9.9")
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window.press_and_close("OK")
    keys.expect("stored example-college-vpn/key")
    with open(pki.path("laptop.pem"), "rb") as file:
        body = file.read().split(b"\n")[1]
    check(stored(case)["example-college-vpn"].count(body) == 2, "the certificate, and the authorities")
    keys.end()
    portal.end()


@test
def certificate_without_keyring(case):
    """no keyring: the key cannot be kept, which is said, and the profile stays as it was"""
    portal = desktop.Portal(case.desktop, os.path.join(HERE, "fake_portal.py"))
    pki = Pki(case.desktop.folder)
    pki.make("laptop", "clientAuth")
    pki.pkcs12("laptop", "")
    window = case.import_profile(strategy=3)
    before = stored(case)
    open_settings(case.desktop, window)
    window.press("By a certificate of this computer", "radio button")
    choose(portal, window, "Choose a File…", "Choose a Certificate", pki.path("laptop.p12"))
    window.reads("CN=laptop, valid until")
    close_settings(window, "OK")
    window.press("OK")
    window.reads("The private key was not saved:")
    check(stored(case) == before, "the profile is as it was")
    window.press("Cancel")
    window.gone("page tab list")
    portal.end()


sys.exit(main())
