"""guests.py - what the comparisons with other programs share: a User-Mode Linux guest that dials,
beside the one of tests/lab that serves; dialtone-ras on the machine itself; and flows of one TCP
connection each way, with the CPU time that the guests have used for them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import collections
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("DIALTONE_BUILD", os.path.join(HERE, "..", "..", "build"))
PROGRAMS = ("cli/dialtone", "helper/dialtoned", "tunnel/dialtone-tunnel", "proxy/dialtone-proxy")
MAC, ADDRESS, SECONDS, LIMIT = "02:00:c6:33:64:1e", "198.51.100.30", 4, 1500

# Mbit/s; how busy the dialing guest and the server were, in processors; CPU s/GB of the former.
Flow = collections.namedtuple("Flow", "speed ours theirs cost")


def enter_lab(lab, script):
    """Runs @script again around a server of @lab, unless that is so already. To be ended is to end
    what it has started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if "LAB_NAMED" not in os.environ and not os.environ.get("COMPARE_INSIDE"):
        os.environ.update(COMPARE_INSIDE="yes", DIALTONE_BUILD=os.path.abspath(BUILD))
        os.execv(lab, [lab, "around", sys.executable, os.path.abspath(script), *sys.argv[1:]])


def run(*argv, check=True, **more):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120, check=False, **more)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


class Dialer:
    """A second guest beside the lab's, set up by the program @role of its own file system; what it
    may run and write is in /x, with @files (name: text) in /x/home."""

    def __init__(self, lab, role, files):
        self.lab, self.namespace = lab, os.environ["LAB_PREFIX"] + "-srv"
        self.state = os.path.join(os.environ["LAB_STATE"], "dialer")
        self.env = {**os.environ, "LAB_STATE": self.state}
        for folder in ("pid", "jail", "x/bin"):
            os.makedirs(f"{self.state}/{folder}")
        os.mkfifo(f"{self.state}/input")
        for path in PROGRAMS:
            shutil.copy(os.path.join(BUILD, "client", path), f"{self.state}/x/bin")
        for name, text in files.items():
            path = f"{self.state}/x/home/{name}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii", newline="") as f:
                f.write(text)
        run("ip", "-n", self.namespace, "tuntap", "add", "dev", "tap1", "mode", "tap")
        run("ip", "-n", self.namespace, "link", "set", "tap1", "master", "br0", "up")
        self.process = self._boot(role)

    def _boot(self, role):
        jail = os.path.join(HERE, "..", "lab", "pptpd", "jail")
        with open(f"{self.state}/console", "w", encoding="utf-8") as console:
            terminal = os.open(f"{self.state}/input", os.O_RDWR)
            process = subprocess.Popen(
                ["timeout", "-k", "5", str(LIMIT + 10), "ip", "netns", "exec", self.namespace,
                 "unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", jail, "tap1", MAC,
                 f"LAB_ADDRESSES={ADDRESS}", f"LAB_SECONDS={LIMIT}", f"LAB_ROLE={role}"],
                stdin=terminal, stdout=console, stderr=console, env=self.env, start_new_session=True)
            os.close(terminal)
        with open(f"{self.state}/pid/guest", "w", encoding="ascii") as f:
            f.write(f"{process.pid}\n")
        end = time.monotonic() + 60
        while not os.path.exists(f"{self.state}/x/ready"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"the second guest did not get ready; see {self.state}/console")
            time.sleep(0.05)
        return process

    def run(self, line):
        return run(self.lab, "guest", line, env=self.env)

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Ras:
    """dialtone-ras and iperf3 behind it, on the machine itself, where the guests' bridge is."""

    ADDRESS, INSIDE = "198.51.100.25", "10.9.0.1"

    def __init__(self, *options):
        folder, namespace = os.environ["LAB_STATE"] + "/ras", os.environ["LAB_PREFIX"] + "-srv"
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/users", "w", encoding="ascii") as f:
            f.write("alice Passw0rd!\n")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/key",
            "-out", f"{folder}/cert", "-days", "2", "-subj", "/CN=bench")
        run("ip", "-n", namespace, "addr", "replace", f"{self.ADDRESS}/24", "dev", "br0")
        enter = ("ip", "netns", "exec", namespace)
        ready, told = os.pipe()
        self.running = [self._start(
            *enter, os.path.join(BUILD, "tests/ras/dialtone-ras"), "--listen", f"{self.ADDRESS}:443",
            "--cert", f"{folder}/cert", "--key", f"{folder}/key", "--users", f"{folder}/users",
            "--auth", "mschapv2", "--tun", "ras0", "--ready-fd", str(told), *options,
            pass_fds=[told])]
        os.close(told)
        if not os.read(ready, 16):
            sys.exit("dialtone-ras did not start")
        os.close(ready)
        self.running.append(self._start(*enter, "iperf3", "-s", "-B", self.INSIDE))
        self.pid = self.running[0].pid

    @staticmethod
    def _start(*argv, **more):
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, **more)

    def close(self):
        for process in reversed(self.running):
            process.terminate()
            process.wait()


def lab_guest():
    with open(os.environ["LAB_STATE"] + "/pid/guest", encoding="ascii") as f:
        return int(f.read())


def cpu_under(top):
    """CPU seconds of the process @top and of all below it."""
    parents, used = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(pid)], used[int(pid)] = int(fields[1]), sum(map(int, fields[11:13]))
    total = 0
    for pid, ticks in used.items():
        at = pid
        while at > 1 and at != top:
            at = parents.get(at, 0)
        total += ticks if at == top else 0
    return total / os.sysconf("SC_CLK_TCK")


def flow(dialer, server, inside, down):
    """One TCP connection to iperf3 at @inside; @server is the process that serves."""
    tops = (dialer.process.pid, server)
    before = [cpu_under(top) for top in tops]
    text = dialer.run(f"iperf3 -c {inside} -t {SECONDS} -J" + (" -R" if down else ""))
    result = json.loads(text)
    if "error" in result:
        sys.exit(f"iperf3: {result['error']}")
    ours, theirs = ((cpu_under(top) - was) / SECONDS for top, was in zip(tops, before))
    speed = result["end"]["sum_received"]["bits_per_second"] / 1e6
    return Flow(speed, ours, theirs, ours * 8000 / speed)


def row(name, values, form, goal=""):
    spread = f"{form.format(min(values))}-{form.format(max(values))}"
    print(f"{name:70} {form.format(statistics.median(values)):>9}  {spread:15} {goal}", flush=True)


def measure(dialer, clients, server, inside, rounds):
    """Each of @clients (name: lines that dial, and that hang up) in turn, @rounds times: the flows
    by client and direction."""
    flows = {(who, down): [] for who in clients for down in (False, True)}
    for _ in range(rounds):
        for who, (dial, hang_up) in clients.items():
            dialer.run(dial)
            for down in (False, True):
                flows[who, down].append(flow(dialer, server, inside, down))
            dialer.run(hang_up)
    return flows


def show(flows, clients, title, pairs, goal=""):
    """Speeds and costs to the server @title; and of @pairs (ours, another) the ratios."""
    for down, way in ((False, "up"), (True, "down")):
        for who in clients:
            v = flows[who, down]
            row(f"{who}, {way} to {title}, Mbit/s", [f.speed for f in v], "{:.1f}",
                f"busy: client's guest {statistics.median(f.ours for f in v):.2f}, server "
                f"{statistics.median(f.theirs for f in v):.2f}")
        for ours, other in pairs:
            both = list(zip(flows[ours, down], flows[other, down]))
            row(f"{ours}, {way} to {title}, x {other}", [a.speed / b.speed for a, b in both],
                "{:.2f}", goal)
            row(f"{ours}, {way} to {title}, guest's CPU/GB, {other} x ours",
                [b.cost / a.cost for a, b in both], "{:.2f}")
