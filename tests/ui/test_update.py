#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connection downloads once it is up, in the window. See case.py.

The tunnel of the fake helper is the loopback device, and what comes through it is of a server in this test.
"""
import contextlib
import http.server
import os
import shutil
import sys
import threading

import desktop
from case import check, main, nameless, stored, test

NAMES = ["vpn.example.edu", "two.example.edu", "three.example.edu"]
OLD = "[VPN Servers]\nFirst=vpn.example.edu\nSecond=two.example.edu\n[Settings]\nUpdateURL={url}\n"
NEW = "[VPN Servers]\nFirst=vpn.example.edu\nThird=three.example.edu\n[Settings]\nMessage=Take the third\n"


class Server:
    """Of one list. stall: it says how long the list is, and nothing more until the other end leaves."""

    def __init__(self, text=NEW, stall=False):
        self.text = text.encode()
        self.stall = stall
        self.asked = 0
        self.left = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.text)))
                self.end_headers()
                if outer.stall:
                    with contextlib.suppress(ConnectionResetError):  # it may leave before it has read
                        self.rfile.read(1)
                    outer.left += 1
                else:
                    self.wfile.write(outer.text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/list"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def import_profile(case, server, **keys):
    """Its window."""
    vpn = OLD.format(url=server.url).replace("\n", "\r\n").encode()
    return case.import_profile(TunnelFile="EC_VPN\\vpn.txt", files={"vpn.txt": vpn},
                               **{"DownloadDelay": 0, **keys})


def connect(case, window, **details):
    window.type("User name:", "alice")
    window.type("Password:", "secret")
    window.press("Connect")
    plan, _ = case.helper.call("Connect")
    case.connect(**details)
    window.reads("Duration:")
    return plan


def hang_up(case, window):
    case.helper.set(State="idle", Stage=0, Error=631)
    window.reads("Disconnected")


def servers(case):
    """Those that are stored, in order."""
    path = case.desktop.folder + "/data/dialtone/profiles/example-college-vpn/profile.ini"
    with open(path, encoding="utf-8") as file:
        return [line[len("Address="):].strip() for line in file if line.startswith("Address=")]


def open_log(window):
    window.press("Menu", "toggle button")
    window.press("View Log")
    return window.find("text", "Log of the connection")


def log_has(case, window, text):
    """Reads the log, again and again, until it has this."""
    log = open_log(window)

    def told():
        window.press("Refresh")
        return text in log.text()
    desktop.wait_until(told, f"{text} in the log")
    window.press_and_close("Close")


def options(window):
    window.press("Properties")
    tabs = window.find("page tab list")
    names = [tab.name for tab in tabs.children()]
    tabs.call("Selection", "SelectChild", desktop.number(names.index("Options")))
    return window.find("check box", "Update servers, numbers and routes while connected")


@test
def list_of_servers(case):
    """Once it is up, a list of servers comes through the tunnel; open windows show it; the log tells of it"""
    with Server() as server:
        window = import_profile(case, server)
        window.press("Properties")
        window.reads("Second (two.example.edu)")
        connect(case, window, interface="lo")
        window.reads("Third (three.example.edu)")
        window.find("page tab list").call("Selection", "SelectChild", desktop.number(1))
        window.reads("Take the third")
        window.press_and_close("OK")
        check(servers(case) == [NAMES[0], NAMES[2]], servers(case))
        log_has(case, window, f"{server.url}: List of servers: updated")
        hang_up(case, window)
        plan = connect(case, window, interface="lo")
        check("three.example.edu" in str(plan["servers"]), plan)
        log_has(case, window, f"{server.url}: List of servers: unchanged")
        check(server.asked == 2, server.asked)


@test
def not_of_others(case):
    """What another program dialed is its own to update"""
    with Server() as server:
        window = import_profile(case, server)
        connect(case, window, interface="lo")
        log_has(case, window, "updated")
        window = case.restart()
        window.reads("Duration:")
        log_has(case, window, "state, to: connecting")
        case.helper.set(State="waiting")
        window.find("push button", "Cancel")
        case.connect(interface="lo")
        window.reads("Duration:")
        hang_up(case, window)
        connect(case, window, interface="lo")
        log_has(case, window, "unchanged")
        check(server.asked == 2, server.asked)


@test
def never_past_the_tunnel(case):
    """http past the tunnel is not asked, nor a device that is not there: the log says why, nothing else does"""
    with Server() as server:
        window = import_profile(case, server)
        connect(case, window)
        log_has(case, window, "List of servers: Anyone on the way could change what comes from")
        hang_up(case, window)
        connect(case, window, interface="no-such-tun")
        log_has(case, window, "The network device no-such-tun cannot be used")
        check(server.asked == 0 and servers(case) == NAMES[:2], (server.asked, servers(case)))
        check(not window.find_now("dialog"), "nobody is disturbed")


@test
def ends_with_the_connection(case):
    """S: the connection goes down while its list comes: the download ends, the list stays"""
    with Server(stall=True) as server:
        window = import_profile(case, server)
        connect(case, window, interface="lo")
        desktop.wait_until(lambda: server.asked == 1, "the list is asked for")
        hang_up(case, window)
        desktop.wait_until(lambda: server.left == 1, "the download ends")
        check(servers(case) == NAMES[:2], servers(case))


@test
def turned_off(case):
    """Options: a person who does not want that is not asked again; waits as long as the profile says"""
    with Server() as server:
        window = import_profile(case, server)
        box = options(window)
        check(box.has("checked") and not nameless(window), nameless(window))
        box.act()
        window.press_and_close("OK")
        connect(case, window, interface="lo")
        log_has(case, window, "state, to: connecting")
        hang_up(case, window)
        box = options(window)
        check(not box.has("checked"), "it is remembered")
        box.act()
        window.press_and_close("OK")
        connect(case, window, interface="lo")
        log_has(case, window, "updated")
        check(server.asked == 1, server.asked)


@test
def not_for_everybody(case):
    """A connection for everybody makes no copy of its own of what it downloads"""
    with Server() as server:
        window = import_profile(case, server)
        window.end()
        mine = case.desktop.folder + "/data/dialtone/profiles"
        for name in os.listdir(mine):
            shutil.move(os.path.join(mine, name), case.everybody)
        window = case.start()
        connect(case, window, interface="lo")
        log_has(case, window, "state, to: connecting")
        check(server.asked == 0 and not stored(case), (server.asked, stored(case)))


sys.exit(main())
