"""lab.py - what the tests of the lab share: the client's programs, its network's state, and TAP.

A test runs in the client's namespace, under tests/env/private-bus, around a server of tests/lab.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ctypes
import glob
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIX = os.environ.get("LAB_PREFIX", "")
STATE = os.environ.get("LAB_STATE", "")
TABLE = str(0x6474)


def run(*argv, stdin="", seconds=60, check=False):
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as child:
        try:
            out, err = child.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            stuck(child, f"{argv}: not within {seconds} s")
    if check and child.returncode != 0:
        raise AssertionError(f"{argv}: {child.returncode}: {out}{err}")
    return subprocess.CompletedProcess(argv, child.returncode, out, err)


RUNNING = []
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def background(*argv, **more):
    """A program that goes on beside the test. It ends with a test that has failed, and with the suite:
    what lives on holds meson's pipe."""
    child = subprocess.Popen(argv, preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0),
                             **{"stdin": subprocess.DEVNULL, **more})
    RUNNING.append(child)
    return child


def end_of_background(since=0):
    for child in RUNNING[since:]:
        if child.poll() is None:
            comment(f"killed: {child.args}")
            child.kill()
            child.wait()
    del RUNNING[since:]


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


# ---- iperf3

PROGRESS = re.compile(r" sec +(?!0\.00 )[\d.]+ [KMGT]?Bytes")
BETWEEN_TESTS = re.compile(r"Connection refused|server is busy")
STILL, SLOW, BUSY = 40, 300, 60


def iperf3(argv):
    """Its exit code and what it said. How long it takes is the machine's affair, but that nothing at all
    passes for STILL seconds is a failure."""
    began = moved = time.monotonic()
    said = ""
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as child:
        while True:
            if select.select([child.stdout], [], [], 1)[0]:
                piece = os.read(child.stdout.fileno(), 65536).decode(errors="replace")
                if not piece:
                    break
                said += piece
                if PROGRESS.search(piece):
                    moved = time.monotonic()
            now = time.monotonic()
            if now - moved > STILL or now - began > SLOW:
                stuck(child, f"{argv}: nothing for {now - moved:.0f} s, {now - began:.0f} s in all:\n{said}")
    return child.returncode, said


def transfer(host, size, *options):
    """From here to iperf3's server at @host; --reverse: from there."""
    argv = ["iperf3", "--forceflush", "--connect-timeout", "5000", "--client", host, "--bytes", size, *options]

    def done():
        code, said = iperf3(argv)
        true(code == 0 or BETWEEN_TESTS.search(said), f"{argv}: {code}:\n{said}")
        return code == 0
    wait_until(done, BUSY, "iperf3's server listens")
    # A goodbye that a hang-up cuts off leaves iperf3's server waiting for it, for ever.
    wait_until(lambda: not output("ss", "-tnH", "state", "established", "state", "fin-wait-1", "state",
                                  "last-ack", "state", "closing", "dst", host).strip(), BUSY, "iperf3's goodbye")


# ---- the client

def dial(name, user="alice", password="Passw0rd!", ca=True, options=()):
    """Returns the exit code and the JSON."""
    trust = ["--ca-file", f"{STATE}/ca.crt"] if ca else []
    done = run("dialtone", "dial", name, "--json", "--user", user, "--password-stdin", *trust, *options,
               stdin=password + "\n")
    true(done.stdout.strip(), f"no JSON: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


class Diagnosis:
    """What dialtone diagnose says of a connection, with a call when there is a password."""

    def __init__(self, name, *options, user="alice", password="Passw0rd!"):
        sign_in = ["--user", user, "--password-stdin"] if password else ["--no-dial"]
        done = run("dialtone", "diagnose", name, "--json", *sign_in, *options,
                   stdin=f"{password or ''}\n", seconds=120)
        true(done.stdout.count("\n") == 1, f"not one line: {done.stdout}{done.stderr}")
        self.code, self.told = done.returncode, json.loads(done.stdout)
        self.failed = [(s["stage"], s["name"], s["error"]) for s in self.told["steps"] if s["state"] == "fail"]

    def good(self, *names):
        """No step has failed, these are without a remark, and the call is gone."""
        equal((self.code, self.failed, self.told["called"]), (0, [], True))
        for stage, name in names:
            equal((name, self.state(stage, name)), (name, "ok"))
        for name in ("link", "sign-in", "registration"):
            equal((name, self.state("call", name)), (name, "ok"))
        equal(self.told["status"]["state"], "connected")
        wait_until(lambda: status(self.told["name"])["state"] == "idle", why="idle after the diagnosis")

    def bad(self, *failed):
        """These steps have failed, the first of them is the verdict's cause, and no other has."""
        equal((self.code, self.failed, self.told["error"]), (1, list(failed), failed[0][2]))

    def state(self, stage, name):
        return next((s["state"] for s in self.told["steps"] if (s["stage"], s["name"]) == (stage, name)), None)


# /dev/net/tun as udev makes it, for everybody, whatever this computer has.
OPEN_TUN = 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"'


def run_inside(profile, name, script, *options):
    """dialtone run, as nobody, of what is imported for it from @profile: exit code, and both outputs."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        home, password = os.path.join(folder, "home"), os.path.join(folder, "password")
        os.mkdir(home)
        os.chown(home, 65534, 65534)
        for path, text in ((password, b"Passw0rd!\n"), (os.path.join(folder, "psk"), b"lab-psk\n")):
            with open(path, "wb") as f:
                f.write(text)
        shutil.copytree(profile, os.path.join(folder, "profile"))
        os.chmod(os.path.join(folder, "profile"), 0o755)
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"HOME={home}",
                  f"XDG_DATA_HOME={home}", f"XDG_CONFIG_HOME={home}", f"XDG_STATE_HOME={home}"]
        output(*become, "dialtone", "import", os.path.join(folder, "profile"), "--name", name)
        options = [o.format(folder) for o in options]
        done = run("unshare", "-m", "sh", "-c", OPEN_TUN, "sh", *become, "dialtone", "run", name, "--user",
                   "alice", "--password-file", password, *options, "--", "sh", "-c", script)
    return done.returncode, done.stdout, done.stderr


def status(name):
    found = json.loads(output("dialtone", "status", name, "--json"))
    return found[0] if isinstance(found, list) else found


def everybody():
    """The status of each connection; nothing where there is no dialtoned to ask."""
    try:
        told = subprocess.run(["dialtone", "status", "--json"], capture_output=True, text=True, timeout=20,
                              check=False)
        found = json.loads(told.stdout or "[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return found if isinstance(found, list) else [found]


# Connections that one test has dialed and a later one looks at.
NEEDED = set()


def hang_up_all():
    """What a failed test has left connected is not the next one's affair."""
    for now in everybody():
        if now["state"] != "idle" and now["name"] not in NEEDED:
            comment(f"hung up after the failure: {now['name']}, which was {now['state']}")
            hangup(now["name"])


def connect(name, **more):
    """The status of a connection that is up: an earlier test's, or a new one's where that has failed."""
    if status(name)["state"] != "connected":
        equal(dial(name, **more)[0], 0)
    return status(name)


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


# ---- what a failed test tells

# Functions of the suite: EVIDENCE, each of which returns text, and RECOVER, which puts back what the next
# test needs.
EVIDENCE, RECOVER = [], []
LOGS = ("console", "charon.log", "x/*.log", "var/log/softether/*/*")
TOLD = False


def comment(text):
    for line in text.splitlines():
        print("#  ", line.rstrip()[:600])


def ask(*argv):
    """What a program says, for people: never a failure of its own."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=20, check=False)
        return f"$ {' '.join(argv)}\n{done.stdout}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"$ {' '.join(argv)}\n{error}"


def tail(path, lines=20):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f"{path}:\n" + "".join(f.readlines()[-lines:])
    except OSError as error:
        return f"{path}: {error.strerror}"


def server_logs():
    """The ends of those that were written to last."""
    found = [path for pattern in LOGS for path in glob.glob(os.path.join(STATE, pattern))]
    return "\n".join(tail(path) for path in sorted(found, key=os.path.getmtime)[-3:])


def tell():
    """Once for each test, and while what is stuck is still stuck."""
    global TOLD
    if TOLD:
        return
    TOLD = True
    for now in everybody():
        comment(json.dumps(now))
        log = ask("dialtone", "log", now["name"]).splitlines()
        comment("\n".join(log[-20:]))
    for argv in (["ip", "-s", "link"], ["ss", "-tniOH"], ["ss", "-wneH"], ["cat", "/proc/loadavg"]):
        comment(ask(*argv))
    for more in (server_logs, *EVIDENCE):
        try:
            comment(more())
        except Exception as error:  # it is the test's failure that counts
            comment(f"{more.__name__}: {error}")


def stuck(child, why):
    """Does not return: @child has not ended in time."""
    tell()
    child.kill()
    try:
        out, err = child.communicate(timeout=5)
        why += f": {out or ''}{err or ''}"
    except (subprocess.TimeoutExpired, ValueError):
        pass  # somebody below it holds its output
    raise AssertionError(why)


# ---- TAP

def report(number, test):
    """True if it has passed."""
    global TOLD
    started, result, TOLD, running = time.monotonic(), "ok", False, len(RUNNING)
    try:
        test()
    except Exception:  # a test's failure is not the suite's end
        result = "not ok"
        comment(traceback.format_exc())
        tell()
        for mend in (lambda: end_of_background(running), hang_up_all, *RECOVER):
            try:
                mend()
            except Exception:
                comment(traceback.format_exc())
    print(f"{result} {number} - {test.__doc__} # {time.monotonic() - started:.1f} s", flush=True)
    return result == "ok"


def settled():
    """Has eth0 the address that IPv6 gives it, for good? It takes a second or two after it is up."""
    try:
        with open("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", encoding="ascii") as f:
            off = f.read().strip() != "0"
    except FileNotFoundError:
        return True  # no eth0, or no IPv6
    text = output("ip", "-6", "address", "show", "dev", "eth0", "scope", "link")
    return off or ("inet6" in text and "tentative" not in text)


def main(tests):
    """Runs each function in the order given; its docstring is the case's name."""
    print(f"1..{len(tests)}")
    wait_until(settled, why="eth0 settles")  # network() before the first call and after it can be the same
    try:
        results = [report(number, test) for number, test in enumerate(tests, 1)]
    finally:
        end_of_background()
    sys.exit(0 if all(results) else 1)
