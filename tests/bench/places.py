"""places.py - where tests/bench measures: two network namespaces with a wire between them, a server at
its far end, and the profiles that dial it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("DIALTONE_BUILD", os.path.join(HERE, "..", "..", "build"))
SOFTETHER = os.path.join(HERE, "..", "lab", "softether", "softether")
PREFIX = f"bench{os.getpid()}"  # of namespaces: benches may run side by side
SERVER, CLIENT = "198.51.100.2", "198.51.100.10"
PSK = "measured by nobody else"
AES_CBC, AES_GCM = "aes256-sha1", "aes128gcm16"
TICK = os.sysconf("SC_CLK_TCK")


class Skipped(Exception):
    """What is to be measured cannot be here; str() says why."""


def program(path):
    return os.path.abspath(os.path.join(BUILD, path))


def run(*argv, check=True, timeout=60, **kw):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False, **kw)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


def inside(namespace, *argv):
    return ("ip", "netns", "exec", namespace, *argv)


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    sys.exit(f"waited {seconds} s for {what}")


def wait_for_listener(namespace, port):
    wait_for(f"port {port}", lambda: f":{port} " in run(*inside(namespace, "ss", "-ltn")))


def use_cubic(namespace, link):
    # By route: a namespace may not choose what the machine's list does not allow.
    run(*inside(namespace, "ip", "route", "replace", "198.51.100.0/24", "dev", link, "congctl",
                "cubic"))


class Process:
    running = []

    def __init__(self, *argv, **kw):
        self.p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, **kw)
        self.running.append(self)

    def close(self):
        self.running.remove(self)
        self.p.terminate()
        try:
            self.p.wait(10)
        except subprocess.TimeoutExpired:
            self.p.kill()
            self.p.wait()


def close_all():
    """What a measurement that failed has left behind, the last first."""
    for p in reversed(list(Process.running)):
        p.close()


# ---- the client's side

LINKS = {  # what a profile says: TunnelAddress, VpnStrategy
    "sstp": (SERVER, 5),
    "pptp": (SERVER, 1),
    "l2tp": (SERVER, 3),
    "l2tp-gcm": (SERVER, 3),
    "softether": ("vpn.example.test", 5),
}

CMS = """[Profile Format]
Version=4
[Connection Manager]
CMSFile=bench\\bench.cms
ServiceName={name}
Dialup=0
Direct=1
Tunnel=1
TunnelAddress={server}
TunnelDUN=T
RedialCount=0
[Server&T]
Negotiate_TCP/IP=1
Custom_Security=1
Require_MSCHAP2=1
EncryptionType=3
[TCP/IP&T]
Gateway_On_Remote=0
[Networking&T]
UsePreSharedKey=1
VpnEntry=1
VpnStrategy={strategy}
"""


class Files:
    """The client's home with a profile for each kind of link, a certificate for the server's address
    and its user, in a folder that goes with close()."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="dialtone-bench-")
        self.cert, self.key = self.path("cert.pem"), self.path("key.pem")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out",
            self.cert, "-days", "2", "-subj", "/CN=bench", "-addext", f"subjectAltName=IP:{SERVER}",
            "-addext", "extendedKeyUsage=serverAuth")
        self.write("users", "alice wonderland\n")
        self.env = {"PATH": os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C.UTF-8",
                    "XDG_CONFIG_HOME": self.dir, "XDG_DATA_HOME": self.dir,
                    "DIALTONE_STATE": self.path("state"), "DIALTONE_LIBEXEC": self.path("libexec")}
        os.mkdir(self.path("libexec"))
        for name in ("tunnel/dialtone-tunnel", "proxy/dialtone-proxy", "helper/dialtoned"):
            os.symlink(program(f"client/{name}"),
                       self.path(f"libexec/{os.path.basename(name)}"))
        os.chmod(self.dir, 0o755)
        for link, (server, strategy) in LINKS.items():
            self._import(link, CMS.format(name=link, server=server, strategy=strategy))

    def _import(self, link, text):
        folder = self.path(f"profile-{link}")
        os.makedirs(f"{folder}/bench")
        text = text.replace("\n", "\r\n")
        self.write(f"profile-{link}/bench.cmp", text)
        self.write(f"profile-{link}/bench/bench.cms", text)
        run(program("client/cli/dialtone"), "import", folder, env=self.env)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii", newline="") as f:
            f.write(text)
        return self.path(name)

    def close(self):
        shutil.rmtree(self.dir)


class Call(Process):
    """A dial in the foreground; ->seconds until it said it was connected."""

    def __init__(self, place, link):
        start = time.monotonic()
        super().__init__(*inside(place.client, program("client/cli/dialtone"), "dial", link,
                                 "--foreground", *place.login), env=place.files.env)
        said = []
        for line in self.p.stdout:
            said.append(line)
            if line.startswith("Connected"):
                break
        else:
            if "not available" in "".join(said):
                raise Skipped("".join(said).strip())
            sys.exit("the call did not come up:\n" + "".join(said))
        self.seconds = time.monotonic() - start
        self.tunnel = self._find("dialtone-tunnel")
        self.helper = self._find("dialtoned")

    def _find(self, name):
        """The descendant of ours that is called so (comm is cut to 15 characters)."""
        parents, names = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                    comm, rest = re.match(r"\d+ \((.*)\) (.*)", f.read(), re.S).groups()
            except OSError:
                continue
            names[int(pid)], parents[int(pid)] = comm, int(rest.split()[1])
        for pid, comm in names.items():
            at = pid
            while at > 1 and at != self.p.pid:
                at = parents.get(at, 0)
            if at == self.p.pid and comm == name[:15]:
                return pid
        return sys.exit(f"no process {name} under the call")


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        text = f.read()
    return tuple(int(re.search(rf"^{k}:\s+(\d+)", text, re.M)[1]) / 1024 for k in ("Rss", "Pss"))


# ---- the far ends
#
# A place has: ->client and ->server, the namespaces at the ends of the wire, where the server is
# SERVER; ->behind, the namespace where ->inner is, an address that only a call reaches; ->files,
# ->login for Call; call(), what ->tunnel and ->helper of a connection are; close().

class Practice:
    """dialtone-ras at the end of a wire; with @bridge there is a bridge in its middle, with these
    options of lab-bridge."""

    def __init__(self, files, bridge=None, auth="mschapv2", phase2=AES_CBC):
        self.files, self.inner = files, "10.9.0.1"
        self.client, self.server, self.wire = (f"{PREFIX}-{x}" for x in ("client", "server", "wire"))
        self.behind = self.server
        self.login = ("--user", "alice", "--ca-file", files.cert, "--password-file",
                      files.write("password", "wonderland\n"), "--psk-file", files.write("psk", PSK + "\n"))
        self.bridge = self.ras = None
        try:
            self._make_wire(bridge)
            self._start(auth, phase2)
        except BaseException:
            self.close()
            raise

    def _make_wire(self, bridge):
        c, s, m = self.client, self.server, self.wire
        for n in (c, s) if bridge is None else (c, s, m):
            run("ip", "netns", "add", n)
            run(*inside(n, "ip", "link", "set", "lo", "up"))
            run(*inside(n, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"))
        if bridge is not None:
            self._pair(c, "up0", m, "a0")
            self._pair(s, "up0", m, "b0")
            for n, link in ((c, "up0"), (s, "up0"), (m, "a0"), (m, "b0")):
                run(*inside(n, "ethtool", "-K", link, "tso", "off", "gso", "off", "gro", "off",
                            "tx", "off"), check=False)
            self.set_bridge(*bridge)
        else:
            self._pair(c, "up0", s, "up0")
        for n, address in ((c, CLIENT), (s, SERVER)):
            run(*inside(n, "ip", "address", "add", f"{address}/24", "dev", "up0"))
            use_cubic(n, "up0")
        wait_for(f"{SERVER} to answer",
                 lambda: "1 received" in run(*inside(c, "ping", "-c1", "-W1", SERVER), check=False))

    def set_bridge(self, *options):
        """From now on, what these say. Returns what the bridge did until now, as it tells it."""
        told = ""
        if self.bridge:
            self.bridge.close()
            told = self.bridge.p.stdout.read()
        self.bridge = Process(*inside(self.wire, program("tests/lab/bridge/lab-bridge"), *options,
                                      "a0", "b0"))
        self.bridge.p.stdout.readline()
        return told

    @staticmethod
    def _pair(a, a_name, b, b_name):
        run("ip", "link", "add", a_name, "netns", a, "type", "veth", "peer", "name", b_name,
            "netns", b)
        run(*inside(a, "ip", "link", "set", a_name, "up"))
        run(*inside(b, "ip", "link", "set", b_name, "up"))

    def _start(self, auth, phase2):
        r, w = os.pipe()
        self.ras = Process(*inside(self.server, program("tests/ras/dialtone-ras"), "--listen",
                                   f"{SERVER}:443", "--pptp", f"{SERVER}:1723", "--l2tp", SERVER, "--psk", PSK, "--phase2", phase2, "--cert", self.files.cert, "--key",
                                   self.files.key, "--users", self.files.path("users"),
                                   "--tun", "ras0", "--ready-fd", str(w), "--json", "--dns", self.inner, "--wins",
                                   self.inner, "--auth", auth), pass_fds=[w])
        os.close(w)
        if not os.read(r, 16):
            sys.exit(f"the server did not start: {self.ras.p.stdout.read()}")
        os.close(r)
        # As short as the client's, or under a download it is this queue that a ping measures.
        run(*inside(self.server, "ip", "link", "set", "ras0", "txqueuelen", "32"))

    def call(self, link):
        return Call(self, link)

    def close(self):
        for p in (self.ras, self.bridge):
            if p in Process.running:
                p.close()
        for n in (self.client, self.server, self.wire):
            subprocess.run(("ip", "netns", "delete", n), stderr=subprocess.DEVNULL, check=False)


class Whole(Practice):
    """Super-packets whole through TLS: a wire with tunwhole at both ends (tunwhole.c says what for)."""

    class End(Process):
        helper = None

        def __init__(self, *argv):
            super().__init__(*argv)
            if not self.p.stdout.readline().startswith("bound0"):
                sys.exit(f"{argv[4]} did not start")
            self.tunnel = self.p.pid

    def _start(self, auth, phase2):
        self.inner = "10.8.0.1"
        self.ras = self._end(self.server, self.inner, "10.8.0.2", *self._far())
        self._wait_for_far()

    def _end(self, namespace, address, peer, *argv):
        end = self.End(*inside(namespace, *argv, "bound0"))
        run(*inside(namespace, "ip", "address", "add", address, "peer", peer, "dev", "bound0"))
        run(*inside(namespace, "ip", "link", "set", "bound0", "mtu", "1400", "txqueuelen", "32",
                    "up"))
        return end

    def _far(self):
        return (program("tests/bench/bench-tunwhole"), "server", self.files.cert, self.files.key,
                SERVER, "4500")

    def _near(self, _link):
        return program("tests/bench/bench-tunwhole"), "client", SERVER, "4500"

    def _wait_for_far(self):
        wait_for_listener(self.server, 4500)

    def call(self, link):
        end = self._end(self.client, "10.8.0.2", self.inner, *self._near(link))
        wait_for("the bound", lambda: "1 received" in run(
            *inside(self.client, "ping", "-c1", "-W1", self.inner), check=False))
        return end


class Bare(Whole):
    """Packets in datagrams and nothing of a protocol: tunbare at both ends (tunbare.c says what for)."""

    def __init__(self, files, kind):
        self.kind = kind
        super().__init__(files)

    def _far(self):
        return program("tests/bench/bench-tunbare"), self.kind, SERVER, CLIENT

    def _near(self, _link):
        return program("tests/bench/bench-tunbare"), self.kind, CLIENT, SERVER

    def _wait_for_far(self):
        pass


class SoftEther:
    """The lab's server, which others wrote, and its company's network (tests/lab/softether)."""

    def __init__(self, files):
        self.files, self.inner = files, "10.77.0.5"
        self.client, self.server, self.behind = (f"{PREFIX}-{x}" for x in ("cli", "srv", "lan"))
        self.state = files.path("softether")
        self.env = {**os.environ, "LAB_PREFIX": PREFIX, "LAB_STATE": self.state}
        self.login = ("--user", "alice", "--ca-file", f"{self.state}/ca.crt", "--password-file",
                      files.write("password", "Passw0rd!\n"))
        done = subprocess.run((SOFTETHER, "start"), env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode == 77:  # in TAP
            raise Skipped(done.stdout.partition("# SKIP ")[2].strip())
        if done.returncode != 0:
            self.close()
            sys.exit(f"softether start: {done.returncode}")
        for namespace, link in ((self.client, "eth0"), (self.server, "br0")):
            use_cubic(namespace, link)

    def call(self, link):
        return Call(self, link)

    def close(self):
        subprocess.run((SOFTETHER, "stop"), env=self.env, stdin=subprocess.DEVNULL, check=False)
