#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web proxy of a profile, and the settings of the desktop.

See case.py. The settings are GLib's keyfile backend: a file of the test's own.
"""
import os
import signal
import sys

import desktop
from case import PROGRAM, SANITIZER, check, main, nameless, test

XML = """<VPNProfile><ProfileName>{name}</ProfileName><NativeProfile><Servers>vpn.example.edu</Servers>
<NativeProtocolType>SSTP</NativeProtocolType></NativeProfile>
<Proxy>{proxy}</Proxy></VPNProfile>"""
MANUAL = "<Manual><Server>proxy.example.edu:8080</Server></Manual>"
SCRIPT = "<AutoConfigUrl>http://www.example.edu/proxy.pac</AutoConfigUrl>"
HOME = "[system/proxy]\nmode='manual'\n\n[system/proxy/http]\nhost='home'\nport=3128\n"


class Settings:
    """The desktop's, as a person left them."""

    def __init__(self, case):
        self.path = case.desktop.folder + "/config/glib-2.0/settings/keyfile"
        os.makedirs(os.path.dirname(self.path))
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(HOME)
        case.desktop.environment["GSETTINGS_BACKEND"] = "keyfile"

    def text(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def become(self, *lines):
        desktop.wait_until(lambda: all(line + "\n" in self.text() for line in lines),
                           f"{lines} in the settings")

    def stay(self):
        for line in HOME.split():
            check(line in self.text(), (line, self.text()))
        check("proxy.example.edu" not in self.text(), self.text())

    def become_as_before(self):
        self.become("mode='manual'", "host='home'", "port=3128")
        desktop.wait_until(lambda: "example.edu" not in self.text(), "nothing of the profile is left")


def import_xml(case, proxy=MANUAL, name="Office"):
    path = os.path.join(case.desktop.folder, name + ".xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(XML.format(name=name, proxy=proxy))
    window = case.start(path)
    window.reads("use a web proxy")
    window.press_and_close("Import")
    window.find("password text")
    return window


def connect(case, window):
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="sstp")
    window.reads("Duration:")


@test
def used_while_connected(case):
    """the desktop uses the profile's proxy while connected, also while it redials; then its own again"""
    settings = Settings(case)
    window = import_xml(case)
    settings.stay()
    connect(case, window)
    settings.become("host='proxy.example.edu'", "port=8080", "mode='manual'", "use-authentication=false")
    window.reads("proxy.example.edu:8080")
    check(not any("not used" in text for text in window.texts()), window.texts())
    case.helper.set(State="waiting", Stage=0, Error=619, Waiting={"attempt": 1, "attempts": 3, "seconds": 5})
    window.reads("Redialing")
    settings.become("host='proxy.example.edu'")
    case.helper.set(State="idle", Error=631)
    window.reads("Disconnected")
    settings.become_as_before()


@test
def put_back_at_the_end(case):
    """S: killed or told to end while connected: the desktop has its own settings again, and is set anew"""
    settings = Settings(case)
    connect(case, import_xml(case, SCRIPT))
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    case.window.end(signal.SIGKILL)
    settings.become("mode='auto'")
    window = case.start()
    window.reads("Duration:")
    settings.become("mode='auto'")
    code, _ = window.end()  # SIGTERM
    check(code == 0, code)
    settings.become_as_before()
    case.helper.set(State="idle", Error=631)
    case.start().find("password text")
    settings.stay()


@test
def put_back_at_login(case):
    """S: killed and not started again: the next login puts it back; but not what a living window set"""
    settings = Settings(case)

    def log_in():
        process = case.desktop.spawn(["env", *(f"{k}={v}" for k, v in SANITIZER.items()), PROGRAM,
                                      "--restore-proxy"])
        check(process.wait(timeout=desktop.DEADLINE) == 0, process.returncode)

    connect(case, import_xml(case, SCRIPT))
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    log_in()
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    case.window.end(signal.SIGKILL)
    log_in()
    settings.become_as_before()


@test
def as_the_person_wishes(case):
    """Properties: the proxy of the profile is told, and can be turned off, at once"""
    settings = Settings(case)
    window = import_xml(case)
    connect(case, window)
    settings.become("host='proxy.example.edu'")
    window.press("Properties")
    tabs = window.find("page tab list")
    names = [tab.name for tab in tabs.children()]
    check("Internet Logon" not in names, names)  # no line is dialed before it
    tabs.call("Selection", "SelectChild", desktop.number(names.index("Networking")))
    window.reads("proxy.example.edu:8080")
    check(not nameless(window), f"networking: {nameless(window)}")
    window.press("Use the profile’s web proxy while connected", "check box")
    window.press_and_close("OK")
    settings.become_as_before()
    window.reads("not used: You chose so.")


@test
def without_such_settings(case):
    """a desktop without such settings: told that it is not used, and what it is"""
    share = case.desktop.folder + "/share"
    os.mkdir(share)
    for name in ("icons", "mime", "themes", "fonts"):
        os.symlink("/usr/share/" + name, share + "/" + name)
    case.desktop.environment["XDG_DATA_DIRS"] = share
    window = import_xml(case)
    connect(case, window)
    window.reads("proxy.example.edu:8080 – not used: This desktop has no setting for it.")


sys.exit(main())
