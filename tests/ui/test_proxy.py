#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web proxy of a profile, and the settings of the desktop; and the proxy that a call goes through.

See case.py. The settings are GLib's keyfile backend: a file of the test's own.
"""
import glob
import os
import signal
import subprocess
import sys

import desktop
import profiles
from case import HERE, PROGRAM, SANITIZER, check, main, nameless, stored, test
from gi.repository import Gio, GLib

XML = """<VPNProfile><ProfileName>{name}</ProfileName><NativeProfile><Servers>vpn.example.edu</Servers>
<NativeProtocolType>SSTP</NativeProtocolType></NativeProfile>
<Proxy>{proxy}</Proxy></VPNProfile>"""
MANUAL = "<Manual><Server>proxy.example.edu:8080</Server></Manual>"
SCRIPT = "<AutoConfigUrl>http://www.example.edu/proxy.pac</AutoConfigUrl>"
DCONF = "/usr/share/dbus-1/services/ca.desrt.dconf.service"
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


def start_dconf(case):
    """Who writes the settings of most desktops down; GTK brings it."""
    with open(DCONF, encoding="utf-8") as file:
        program, = (line[5:].strip() for line in file if line.startswith("Exec="))
    case.desktop.spawn([program])
    subprocess.run(["gdbus", "wait", "--session", "--timeout", str(int(desktop.DEADLINE)), "ca.desrt.dconf"],
                   env=case.desktop.environment, check=True, timeout=2 * desktop.DEADLINE)


def log_in(case):
    process = case.desktop.spawn(["env", *(f"{k}={v}" for k, v in SANITIZER.items()), PROGRAM,
                                  "--restore-proxy"])
    check(process.wait(timeout=desktop.DEADLINE) == 0, process.returncode)


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # it has ended
        return b""


def guards(case):
    """The process ids of those that look after this desktop's proxy."""
    home = f"HOME={case.desktop.folder}".encode()
    return [int(path.split("/")[2]) for path in glob.glob("/proc/[0-9]*/cmdline")
            if b"--guard-proxy" in read(path).split(b"\0")
            and home in read(os.path.dirname(path) + "/environ").split(b"\0")]


def no_guard_stays(case):
    desktop.wait_until(lambda: not guards(case), "nobody guards any more")


class SystemBus:
    def __init__(self, case):
        self.bus = desktop.connect(case.desktop.environment["DBUS_SYSTEM_BUS_ADDRESS"])

    def ask(self, method, arguments=None):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                  method, arguments, None, Gio.DBusCallFlags.NONE, desktop.MILLISECONDS,
                                  None).unpack()[0]

    def has(self, pid):
        return any(self.ask("GetConnectionUnixProcessID", GLib.Variant("(s)", (name,))) == pid
                   for name in self.ask("ListNames") if name.startswith(":"))


def kill_window(case):
    """It leaves the call behind, and one guard that follows it: whose process id is returned."""
    bus = SystemBus(case)
    pid, = guards(case)
    check(not bus.has(pid), "it has nothing to do yet")
    case.window.end(signal.SIGKILL)
    desktop.wait_until(lambda: bus.has(pid), "the guard follows the call")
    return pid


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
    connect(case, import_xml(case, SCRIPT))
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    log_in(case)
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    kill_window(case)
    log_in(case)
    settings.become_as_before()
    no_guard_stays(case)


@test
def put_back_when_the_call_ends(case):
    """S: killed, and the call goes on without a window: at its end the desktop has its own settings again"""
    settings = Settings(case)
    connect(case, import_xml(case, SCRIPT))
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    pid = kill_window(case)
    case.helper.set(State="waiting", Stage=0, Error=619, Waiting={"attempt": 1, "attempts": 3, "seconds": 5})
    case.helper.set(State="connected", Stage=3, Error=0)
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    check(guards(case) == [pid], guards(case))
    case.helper.set(State="idle", Error=631)
    settings.become_as_before()
    no_guard_stays(case)


@test
def put_back_when_all_goes(case):
    """S: killed, and then the helper, the session's bus, or who looks after it: put back at once"""
    def end_helper(_pid):
        case.helper.end()
        case.start_helper()

    def end_guard(pid):
        os.kill(pid, signal.SIGTERM)

    def end_session(_pid):
        case.desktop.end(case.desktop.buses["session"])

    settings = Settings(case)
    window = import_xml(case, SCRIPT)
    for end in (end_helper, end_guard, end_session):
        connect(case, window)
        settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
        end(kill_window(case))
        settings.become_as_before()
        no_guard_stays(case)
        if end != end_session:
            case.helper.end()
            case.start_helper()
            window = case.start()
            window.find("password text")


@test
def one_guard(case):
    """S: one process looks after the proxy, however often a window was killed, and none when nothing is set"""
    settings = Settings(case)
    window = import_xml(case, SCRIPT)
    check(not guards(case), "nothing is set")
    connect(case, window)
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    before = kill_window(case)
    window = case.start()
    window.reads("Duration:")
    desktop.wait_until(lambda: before not in guards(case) and len(guards(case)) == 1, "a new one, alone")
    before = kill_window(case)
    window = case.start()
    window.reads("Duration:")
    desktop.wait_until(lambda: before not in guards(case) and len(guards(case)) == 1, "a new one, alone")
    settings.become("mode='auto'", "autoconfig-url='http://www.example.edu/proxy.pac'")
    case.helper.set(State="idle", Error=631)
    settings.become_as_before()
    no_guard_stays(case)


@test
def kept_for_the_next_login(case):
    """S: the session's bus goes first, and with it who writes settings down (dconf): the next login does it"""
    def gsettings(*arguments):
        return subprocess.run(["gsettings", *arguments], env=case.desktop.environment, check=True, text=True,
                              timeout=desktop.DEADLINE, stdout=subprocess.PIPE).stdout.strip()

    def reads(mode, url):
        desktop.wait_until(lambda: gsettings("get", "org.gnome.system.proxy", "mode") == mode, mode)
        check(gsettings("get", "org.gnome.system.proxy", "autoconfig-url") == url, url)

    case.desktop.environment["GSETTINGS_BACKEND"] = "dconf"
    start_dconf(case)
    gsettings("set", "org.gnome.system.proxy", "autoconfig-url", "http://home/")
    connect(case, import_xml(case, SCRIPT))
    reads("'auto'", "'http://www.example.edu/proxy.pac'")
    kill_window(case)
    case.desktop.end(case.desktop.buses["session"])
    no_guard_stays(case)
    reads("'auto'", "'http://www.example.edu/proxy.pac'")
    case.desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = case.desktop.start_bus("session")
    start_dconf(case)
    log_in(case)
    reads("'none'", "'http://home/'")
    check(not os.path.exists(case.desktop.folder + "/state/dialtone/proxy-undo"), "nothing is left to do")


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


CALL_PROXY = "[Dialtone]\r\nProxy=1\r\nProxyHost=proxy.example.edu\r\nProxyPort=3128\r\nProxyUser=line\r\n"
ASKED = "Proxy Password"


def import_through_proxy(case, **keys):
    """A connection through an HTTP proxy that wants a user name; its window, filled in."""
    folder = os.path.join(case.desktop.folder, "through")
    path = profiles.make(folder, **keys)
    with open(os.path.join(folder, "EC_VPN", "EC_VPN.cms"), "a", encoding="ascii", newline="") as file:
        file.write(CALL_PROXY)
    window = case.start(path)
    window.press_and_close("Import")
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    return window


def refused_by_proxy(case, window, problem="user-refused", words="The proxy wants another user name or password."):
    case.helper.set(State="idle", Stage=1, Error=0x80072EFD, Details={"proxy-problem": problem})
    window.reads(f"Error 0x80072EFD: {words}")


@test
def proxy_password(case):
    """the password for a proxy is asked for, dialed with, asked again when it is refused, and saved"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = import_through_proxy(case)
    window.press("Connect")
    window.find("dialog", ASKED)
    window.reads("goes through the proxy proxy.example.edu, which knows you as line")
    check(not nameless(window), f"proxy: {nameless(window)}")
    check(not case.helper.called("Connect"), "dialed without the password")
    window.press("Cancel")
    window.gone("dialog", ASKED)
    window.press("Connect")
    window.find("dialog", ASKED)
    window.type("Proxy password:", "x" * 513)
    window.reads("The password is too long.")
    window.type("Proxy password:", "wrong")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(plan["protocols"] == ["sstp"] and plan["proxy-host"] == "proxy.example.edu", plan)
    check((secrets["proxy-user"], secrets["proxy-password"]) == ("line", "wrong"), secrets)
    refused_by_proxy(case, window)
    window.press("Connect")
    window.reads("did not accept this password for the user name line")
    window.type("Proxy password:", "wrong again")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check(secrets["proxy-password"] == "wrong again", secrets)
    refused_by_proxy(case, window)
    window.press("Connect")
    window.reads("did not accept this password for the user name line")
    window.type("Proxy password:", "t0 the world")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check((secrets["password"], secrets["proxy-password"]) == ("secret", "t0 the world"), secrets)
    case.connect(protocol="sstp")
    keys.expect("stored line@proxy.example.edu:3128")
    check(all(b"t0 the world" not in text for text in stored(case).values()), "it is in no file")
    case.helper.set(State="idle", Error=631)
    window = case.restart()
    window.type("Password:", "secret")
    window.press("Connect")
    _, secrets = case.helper.call("Connect")
    check(secrets["proxy-password"] == "t0 the world", secrets)
    refused_by_proxy(case, window)
    window.press("Connect")
    window.reads("did not accept this password for the user name line")
    keys.end()


@test
def proxy_password_of_the_command(case):
    """the command dials with the proxy's password that the window has saved; not with that for another proxy"""
    def dial(*options):
        process = case.desktop.spawn(
            ["env", *(f"{k}={v}" for k, v in SANITIZER.items()),
             os.path.join(os.path.dirname(PROGRAM), "../client/cli/dialtone"), "dial", "Example College VPN",
             "--password-file", case.desktop.folder + "/password", *options], stdin=subprocess.DEVNULL)
        plan, secrets = case.helper.call("Connect")
        case.helper.set(State="idle", Error=691)
        check(process.wait(timeout=desktop.DEADLINE) == 1, process.returncode)
        return plan, secrets

    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = import_through_proxy(case)
    window.press("Connect")
    window.type("Proxy password:", "t0 the world")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="sstp")
    keys.expect("stored line@proxy.example.edu:3128")
    case.helper.set(State="idle", Error=631)
    with open(case.desktop.folder + "/password", "w", encoding="utf-8") as file:
        file.write("secret\n")
    plan, secrets = dial()
    check(plan["proxy-host"] == "proxy.example.edu" and secrets["proxy-password"] == "t0 the world", secrets)
    plan, secrets = dial("--proxy", "line@proxy.example.edu:3128")
    check(plan["proxy-host"] == "proxy.example.edu" and not secrets.get("proxy-password"), secrets)
    keys.end()


@test
def proxy_out_of_reach(case):
    """what has to do with no password of the proxy is told in its own words, and no password is asked for again"""
    window = import_through_proxy(case)
    window.press("Connect")
    window.type("Proxy password:", "t0 the world")
    window.press("Connect")
    case.helper.call("Connect")
    for problem, words in (("unreachable", "The proxy cannot be reached."),
                           ("name-unknown", "The name of the proxy is not known."),
                           ("server-refused", "The proxy does not let the connection through to the server."),
                           ("not-a-proxy", "What answers at the proxy's address is not a proxy of this kind.")):
        refused_by_proxy(case, window, problem, words)
        window.type("Password:", "secret")
        window.press("Connect")
        _, secrets = case.helper.call("Connect")
        check(secrets["proxy-password"] == "t0 the world", (problem, secrets))
    case.helper.set(State="idle", Stage=1, Error=809, Details={"proxy-problem": "user-refused"})
    window.reads("Error 809")  # of what was tried after SSTP
    window.type("Password:", "secret")
    window.press("Connect")
    window.reads("did not accept this password for the user name line")


@test
def proxy_password_unproved(case):
    """a password for the proxy is not saved when another way has connected, nor if nobody wants that"""
    keys = desktop.Keyring(case.desktop, os.path.join(HERE, "fake_keyring.py"))
    window = import_through_proxy(case)
    window.press("Connect")
    window.type("Proxy password:", "unproved")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="pptp")
    window.find("push button", "Disconnect")
    case.helper.set(State="idle", Error=631)
    window = case.restart()
    window.type("Password:", "secret")
    window.press("Connect")
    window.type("Proxy password:", "not to be saved")
    window.press("Save the password when it has connected", "check box")
    window.press("Connect")
    case.helper.call("Connect")
    case.connect(protocol="sstp")
    window.find("push button", "Disconnect")
    case.helper.set(State="idle", Error=631)
    window = case.restart()
    window.type("Password:", "secret")
    window.press("Connect")
    window.find("dialog", ASKED)
    keys.end()


def networking(window):
    """Properties, Networking."""
    window.press("Properties")
    tabs = window.find("page tab list")
    names = [tab.name for tab in tabs.children()]
    tabs.call("Selection", "SelectChild", desktop.number(names.index("Networking")))
    window.find("check box", "Use the default gateway on the remote network")


def choose_proxy(window, kind):
    window.find("combo box", "Proxy on the way to the server").call("Selection", "SelectChild",
                                                                    desktop.number(kind))


def port(window):
    return window.find("spin button", "Port:")


def close_properties(window):
    window.press_and_close("OK")
    window.gone("page tab list")


@test
def proxy_in_properties(case):
    """Properties, Networking: a proxy is set, what is wrong with it is told, dialed through, and taken out"""
    window = case.import_profile(strategy=5)
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    networking(window)
    check(not nameless(window), f"networking: {nameless(window)}")
    check(not window.entry("Proxy server:").has("sensitive"), "there is no proxy to name")
    close_properties(window)  # as it was
    networking(window)
    choose_proxy(window, 2)
    desktop.wait_until(lambda: port(window).text() == "1080", "the usual port of SOCKS")
    choose_proxy(window, 1)
    desktop.wait_until(lambda: port(window).text() == "8080", "the usual port of HTTP")
    window.press("OK")
    window.reads("Type the name or the address of the proxy server.")
    window.type("Proxy server:", "proxy.example.edu:3128")
    window.press("OK")
    window.reads("“proxy.example.edu:3128” is not the address of a proxy server")
    window.type("Proxy server:", " proxy.example.edu ")
    port(window).write("3128")
    window.type("User name at the proxy:", "line\nline")
    window.press("OK")
    window.reads("The user name of the proxy server has characters that cannot be sent.")
    window.type("User name at the proxy:", "line")
    close_properties(window)
    networking(window)
    check(window.entry("Proxy server:").text() == "proxy.example.edu", window.entry("Proxy server:").text())
    check(port(window).text() == "3128" and window.entry("User name at the proxy:").text() == "line", "shown")
    choose_proxy(window, 2)
    check(port(window).text() == "3128", "that port was chosen")
    choose_proxy(window, 1)
    close_properties(window)
    window.press("Connect")
    window.type("Proxy password:", "t0 the world")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check((plan["proxy"], plan["proxy-host"], plan["proxy-port"]) == ("http", "proxy.example.edu", 3128), plan)
    check((secrets["proxy-user"], secrets["proxy-password"]) == ("line", "t0 the world"), secrets)
    refused_by_proxy(case, window)
    networking(window)
    choose_proxy(window, 0)
    close_properties(window)
    window.type("Password:", "secret")
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(plan["proxy"] == "none" and "proxy-user" not in secrets, (plan, secrets))


@test
def proxy_of_sstp_only(case):
    """Properties has a proxy only where SSTP is dialed; a broken one refuses nothing where it is not"""
    window = import_through_proxy(case, strategy=1)
    networking(window)
    check(not window.find_now("combo box", "Proxy on the way to the server"), "of no use for PPTP")
    check(not window.find_now("text", "Proxy server:"), "nor its name")
    close_properties(window)
    text = stored(case)
    check(b"ProxyHost=proxy.example.edu" in b"".join(text.values()), "it is kept")


@test
def proxy_not_asked(case):
    """where no SSTP is dialed, nobody is asked for the password of a proxy"""
    window = import_through_proxy(case, strategy=1)
    window.press("Connect")
    plan, secrets = case.helper.call("Connect")
    check(plan["protocols"] == ["pptp"] and not secrets.get("proxy-password"), (plan, secrets))


sys.exit(main())
