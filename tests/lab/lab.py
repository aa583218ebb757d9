"""lab.py - what the tests of the lab share: the client's programs, its network's state, and TAP.

A test runs in the client's namespace, under tests/env/private-bus, around a server of tests/lab.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIX = os.environ.get("LAB_PREFIX", "")
STATE = os.environ.get("LAB_STATE", "")
TABLE = str(0x6474)


def run(*argv, stdin="", seconds=60, check=False):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=seconds, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{argv}: {done.returncode}: {done.stdout}{done.stderr}")
    return done


def output(*argv, **more):
    return run(*argv, check=True, **more).stdout


def wait_until(condition, seconds=20, why=""):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {why}")


def equal(have, want):
    if have != want:
        raise AssertionError(f"{have!r} is not {want!r}")


def true(have, why):
    if not have:
        raise AssertionError(why)


# ---- the client

def dial(name, user="alice", password="Passw0rd!", ca=True, options=()):
    """Returns the exit code and the JSON."""
    trust = ["--ca-file", f"{STATE}/ca.crt"] if ca else []
    done = run("dialtone", "dial", name, "--json", "--user", user, "--password-stdin", *trust, *options,
               stdin=password + "\n")
    true(done.stdout.strip(), f"no JSON: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


def status(name):
    found = json.loads(output("dialtone", "status", name, "--json"))
    return found[0] if isinstance(found, list) else found


def hangup(name):
    run("dialtone", "hangup", name)
    wait_until(lambda: status(name)["state"] == "idle", why="idle after hangup")


def in_namespace(name, *argv, **more):
    return run("ip", "netns", "exec", f"{PREFIX}-{name}", *argv, **more)


def server(*argv):
    return output(f"{HERE}/softether/softether", *argv)


def network():
    """All that a call may change, as text that is the same before and after."""
    parts = [output("ip", "-o", "link"), output("ip", "rule"), output("ip", "-6", "rule"),
             output("ip", "route", "show", "table", "all"),
             output("ip", "-6", "route", "show", "table", "all")]
    # what the kernel tells of neighbours and counters is not state of ours
    lines = (re.sub(r" (expires|pref|qlen) \S+", "", line).strip() for p in parts for line in p.splitlines())
    return sorted(lines)


def same_network(before):
    def same():
        return network() == before
    try:
        wait_until(same, 10)
    except AssertionError:
        raise AssertionError("left behind: " + "; ".join(sorted(set(network()) ^ set(before)))) from None


def ping(host, count=3, namespace=None, options=()):
    argv = ["ping", "-c", str(count), "-i", "0.2", "-w", "10", *options, host]
    done = in_namespace(namespace, *argv) if namespace else run(*argv)
    true(done.returncode == 0 and f"{count} received" in done.stdout, done.stdout + done.stderr)


class Listener(threading.Thread):
    """Every frame with UDP to or from these servers: how many of each port there were, and in .clear those
    with one of these words in them, or of L2TP without IPsec: from us, since a server that has lost its
    association may send such."""

    def __init__(self, servers, secrets):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
        self.servers = {socket.inet_aton(s) for s in servers}
        self.secrets, self.ports, self.clear = secrets, {}, []

    def run(self):
        while True:
            packet, where = self.socket.recvfrom(65536)
            if where[0].startswith("dt-") or len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != 17:
                continue
            if not self.servers & {packet[12:16], packet[16:20]}:
                continue
            body = packet[(packet[0] & 15) * 4:]
            for port in struct.unpack(">HH", body[:4]):
                self.ports[port] = self.ports.get(port, 0) + 1
            if packet[16:20] in self.servers and 1701 in struct.unpack(">HH", body[:4]) or any(s in body for s in self.secrets):
                self.clear.append(body.hex())


# ---- TAP

def main(tests):
    """Runs each function in the order given; its docstring is the case's name."""
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        started = time.monotonic()
        try:
            test()
            result = "ok"
        except Exception:  # a test's failure is not the suite's end
            result = "not ok"
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            log = run("dialtone", "log", "Lab").stdout.splitlines()
            for line in log[-15:]:
                print("#   log:", line)
        print(f"{result} {number} - {test.__doc__} # {time.monotonic() - started:.1f} s", flush=True)
    sys.exit(1 if failed else 0)
