"""raslab.py - a small internet for one client and the practice server: two network namespaces, a
certificate authority, CMAK profiles made to measure, dials with the real command line.

    internet 198.51.100.0/24:   .10 client   ----   .2 server (vpn.example.test)

Needs root. Everything made is named after the process, and goes with close(), also when a signal ends the
process.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

SERVER, CLIENT, NAME = "198.51.100.2", "198.51.100.10", "vpn.example.test"
USERS = """
# name password what-happens
alice    "Grüße 🔑 1"
bob      secret  disabled
carol    secret  hours
dave     secret  nodialin
erin     secret  expired
frank    secret  retry
gina     secret  expired minlength=8
"""
PASSWORDS = {"alice": "Grüße 🔑 1"}


# Seconds that one wait may take: for what never comes, not for what is slow on a loaded machine.
DEADLINE = 90.0


class Failed(Exception):
    pass


def run(*argv, check=True, timeout=DEADLINE, **kw):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False, **kw)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


def wait_until(what, condition, seconds=DEADLINE):
    """Polls until @condition returns something true, and returns it."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)


EC, RSA = ("ec", "ec_paramgen_curve:P-256"), ("rsa", "rsa_keygen_bits:2048")


class Authority:
    """A certificate authority in a folder, through the openssl command."""

    def __init__(self, folder, name="Practice CA", key=EC):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.crt, self.key = os.path.join(folder, "ca.crt"), os.path.join(folder, "ca.key")
        run("openssl", "req", "-x509", "-newkey", key[0], "-pkeyopt", key[1], "-nodes", "-keyout",
            self.key, "-out", self.crt, "-days", "30", "-subj", f"/O=Practice/CN={name}")

    def sign(self, label, subject=NAME, names=f"DNS:{NAME}", usage="serverAuth", days=("-1", "30"),
             more=(), by=None, key=EC, digest="sha256"):
        """Returns (chain file, key file) of a new certificate, signed by this authority or @by."""
        base = os.path.join(self.folder, label)
        lines = list(more) or ["basicConstraints=critical,CA:FALSE"]
        if usage:
            lines.append(f"extendedKeyUsage={usage}")
        if names:
            lines.append(f"subjectAltName={names}")
        with open(base + ".ext", "w", encoding="utf-8") as f:
            f.write("[v3]\n" + "\n".join(lines) + "\n")
        run("openssl", "req", "-newkey", key[0], "-pkeyopt", key[1], "-nodes", "-keyout",
            base + ".key", "-out", base + ".csr", "-subj", f"/O=Practice/CN={subject}")
        self._issue(base, by, days, digest)
        with open(base + ".pem", "w", encoding="ascii") as chain:
            for part in (base + ".crt",) + ((by[0],) if by else ()):
                with open(part, encoding="ascii") as f:
                    chain.write(f.read())
        return base + ".pem", base + ".key"

    def revoke(self, *chains):
        """Returns the file of a revocation list with these in it."""
        crl = os.path.join(self.folder, "-".join(
            ["revoked"] + [os.path.basename(c)[:-4] for c in chains]))
        conf = self._config(crl)
        for chain in chains:
            run("openssl", "ca", "-config", conf, "-cert", self.crt, "-keyfile", self.key,
                "-revoke", chain[:-4] + ".crt", cwd=self.folder)
        run("openssl", "ca", "-gencrl", "-crldays", "30", "-config", conf, "-cert", self.crt,
            "-keyfile", self.key, "-out", crl + ".pem", cwd=self.folder)
        return crl + ".pem"

    @staticmethod
    def _config(base, digest="sha256"):
        with open(base + ".cnf", "w", encoding="utf-8") as f:
            f.write("[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\nunique_subject=no\n"
                    f"default_md={digest}\nrand_serial=yes\ndatabase={base}.db\npolicy=p\n"
                    "[p]\norganizationName=optional\ncommonName=optional\n")
        with open(base + ".db", "w", encoding="ascii"):
            pass
        return base + ".cnf"

    def _issue(self, base, by, days, digest):
        """`openssl ca`, because `x509` cannot set when a certificate begins."""
        conf = self._config(base, digest)
        crt, key = by or (self.crt, self.key)
        start, end = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + 86400 * int(d)))
                      for d in days)
        run("openssl", "ca", "-batch", "-notext", "-config", conf, "-cert", crt, "-keyfile", key,
            "-in", base + ".csr", "-out", base + ".crt", "-startdate", start, "-enddate", end,
            "-extensions", "v3", "-extfile", base + ".ext", cwd=self.folder)


SSTP_ONLY, PPTP_ONLY, L2TP_ONLY = 5, 1, 3  # VpnStrategy
NONE, REQUIRED, MAXIMUM, OPTIONAL = range(4)  # EncryptionType


def profile(folder, service, server=NAME, auth=("MSCHAP2",), gateway=False, more="",
            strategy=SSTP_ONLY, encryption=OPTIONAL, eap=26, **keys):
    """A VPN-only profile as the CMAK wizard lays it out. @auth: names of Require_ keys."""
    short = re.sub(r"[^A-Za-z0-9]", "", service)[:8].upper()
    os.makedirs(os.path.join(folder, short), exist_ok=True)
    settings = {"RedialCount": 0, "HideRememberPassword": 1, "DialAutomatically": 0, **keys}
    tunnel = f"{service} Tunnel"
    requires = "".join(f"Require_{name}={int(name in auth)}\n" for name in
                       ("PAP", "SPAP", "CHAP", "MSCHAP", "MSCHAP2", "W95MSCHAP", "EAP"))
    cms = (f"[Profile Format]\nVersion=4\n\n[Connection Manager]\nServiceName={service}\n"
           f"Dialup=0\nDirect=1\nTunnel=1\nTunnelAddress={server}\nTunnelDUN={tunnel}\n"
           + "".join(f"{k}={v}\n" for k, v in settings.items()) +
           f"\n[Server&{tunnel}]\nNegotiate_TCP/IP=1\nCustom_Security=1\nEnforceCustomSecurity=1\n"
           f"{requires}CustomAuthKey={eap if 'EAP' in auth else 0}\nEncryptionType={encryption}\n"
           f"\n[TCP/IP&{tunnel}]\nGateway_On_Remote={int(gateway)}\nSpecify_Server_Address=0\n"
           f"\n[Networking&{tunnel}]\nVpnEntry=1\nVpnStrategy={strategy}\n{more}")
    cmp_ = ("[Profile Format]\nVersion=4\n\n[Connection Manager]\n"
            f"CMSFile={short}\\{short}.cms\n")
    for path, text in ((f"{short}/{short}.cms", cms), (f"{short}.cmp", cmp_)):
        with open(os.path.join(folder, path), "w", encoding="cp1252", newline="\r\n") as f:
            f.write(text)
    return folder


class Server:
    """dialtone-ras in the server's namespace; its events as they come."""

    def __init__(self, lab, cert, users=USERS, options=(), address=f"{SERVER}:443"):
        self.lab, self.events, self.changed = lab, [], threading.Condition()
        path = os.path.join(lab.folder, "users")
        with open(path, "w", encoding="utf-8") as f:
            f.write(users)
        argv = lab.in_server(lab.program("tests/ras/dialtone-ras"), "--json", "--listen", address,
                             "--cert", cert[0], "--key", cert[1], "--users", path, *options)
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=lab.environment)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        try:
            self.wait("listening")
        except Failed:
            self.close()
            raise

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "output", "text": line.rstrip()}
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()

    def seen(self, name):
        with self.changed:
            return [e for e in self.events if e["event"] == name]

    def wait(self, name, seconds=DEADLINE, count=1):
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [e for e in self.events if e["event"] == name]
                if len(found) >= count:
                    return found[count - 1]
                left = end - time.monotonic()
                if left <= 0 or (not self.reader.is_alive() and self.process.poll() is not None):
                    raise Failed(f"the server did not report {name}: {self.events}")
                self.changed.wait(min(left, 0.5))

    def signal(self, number):
        self.process.send_signal(number)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(DEADLINE)
        self.process.stdout.close()
        return self.process.returncode


class Dial:
    """`dialtone dial --foreground --json`, as root in the client's namespace."""

    def __init__(self, lab, service, user="alice", password=None, options=(), ca=None):
        argv = ["dial", service, "--foreground", "--json", "--user", user, "--password-stdin",
                *options]
        if ca:
            argv += ["--ca-file", ca]
        self.lab, self.out, self.err = lab, [], []
        self.began = time.monotonic()
        self.process = lab.dialtone_start(*argv)
        self.process.stdin.write((password if password is not None
                                  else PASSWORDS.get(user.split("\\")[-1], "secret")) + "\n")
        self.process.stdin.close()
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in
                        ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    def _json(self):
        for line in list(self.out):
            try:
                return json.loads(line)
            except ValueError:
                continue
        return None

    def connected(self, seconds=DEADLINE):
        """Waits until it says so, and returns the status."""
        status = wait_until("the call", lambda: self._json() or self.process.poll() is not None,
                            seconds)
        if status is True or status.get("state") != "connected":
            raise Failed(f"not connected: {self.text()}")
        return status

    def end(self, seconds=DEADLINE):
        """Waits for its end: (exit code, JSON or None, what it said on stderr)."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"did not end in {seconds:g} s: {self.text()}") from None
        finally:
            for reader in self.readers:
                reader.join(DEADLINE)
        self.took = time.monotonic() - self.began
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode, self._json(), "\n".join(self.err)

    def hang_up(self, seconds=DEADLINE):
        self.process.send_signal(2)
        return self.end(seconds)

    def text(self):
        return "\n".join(self.out + self.err)

    def tunnel(self):
        """The process of dialtone-tunnel below this call, or None."""
        for pid in descendants(self.process.pid):
            try:
                with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                    if f.read().startswith("dialtone-tunnel"[:15]):
                        return pid
            except OSError:
                continue
        return None


class Watch:
    """Counts what passes the server's wire: what IPsec hides must not be seen there."""

    def __init__(self, lab):
        self.lab = lab
        self._nft("add table inet watch; add chain inet watch in { type filter hook prerouting "
                  "priority -300; }; add chain inet watch out { type filter hook output "
                  "priority -300; }")
        for what in ("udp dport 1701", "udp sport 1701", "udp dport 500", "udp dport 4500",
                     "meta l4proto esp"):
            for chain, link in (("in", "iifname"), ("out", "oifname")):
                self._nft(f'add rule inet watch {chain} {link} "eth0" {what} counter')

    def _nft(self, *words):
        return run("ip", "netns", "exec", self.lab.server_ns, "nft", *words)

    def packets(self, what):
        return sum(map(int, re.findall(rf"{what} counter packets (\d+)",
                                       self._nft("list", "table", "inet", "watch"))))

    def close(self):
        self._nft("delete table inet watch")


def descendants(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
                for child in map(int, f.read().split()):
                    found += [child] + descendants(child)
    except OSError:
        pass
    return found


LABS = []  # that are there


def _ended(number, _frame):
    """While other threads may be at work: what they begin meanwhile goes in the second round."""
    for more in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(more, signal.SIG_IGN)
    for _ in range(2):
        labs = list(LABS)
        for pid in descendants(os.getpid()) + [pid for lab in labs for pid in lab.processes()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for lab in labs:
            lab.close()
        LABS.extend(lab for lab in labs if lab not in LABS)
    os._exit(128 + number)


for _number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(_number, _ended)


class Lab:
    def __init__(self, build, prefix="ras"):
        self.build = build
        self.folder = tempfile.mkdtemp(prefix=f"dialtone-{prefix}-")
        os.chmod(self.folder, 0o755)
        label = f"{prefix}{os.getpid()}-{os.path.basename(self.folder)[-4:]}"
        self.server_ns, self.client_ns = f"{label}-srv", f"{label}-cli"
        self.environment = dict(
            os.environ, DIALTONE_STATE=os.path.join(self.folder, "state"), LC_ALL="C.UTF-8",
            DIALTONE_LIBEXEC=os.path.join(self.folder, "libexec"), NO_AT_BRIDGE="1",
            XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
            XDG_DATA_HOME=os.path.join(self.folder, "data"),
            XDG_STATE_HOME=os.path.join(self.folder, "state"),
            XDG_RUNTIME_DIR=os.path.join(self.folder, "run"))
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        LABS.append(self)
        try:
            self._files()
            self._network()
        except BaseException:
            self.close()
            raise

    def _files(self):
        for name in ("state", "config", "data", "run", "libexec"):
            os.makedirs(os.path.join(self.folder, name), mode=0o755)
        os.chmod(os.path.join(self.folder, "run"), 0o700)
        for program in ("client/tunnel/dialtone-tunnel", "client/proxy/dialtone-proxy",
                        "client/probe/dialtone-probe",
                        "client/helper/dialtoned"):
            path = os.path.join(self.build, program)
            if os.path.exists(path): # copied: the user of the tunnel may not see into a closed home
                shutil.copy(path, os.path.join(self.folder, "libexec"))
        self.write("hosts", f"127.0.0.1 localhost\n{SERVER} {NAME}\n")
        self.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")

    def _network(self):
        for ns in (self.server_ns, self.client_ns):
            run("ip", "netns", "add", ns)
            run("ip", "-n", ns, "link", "set", "lo", "up")
        run("ip", "-n", self.server_ns, "link", "add", "eth0", "type", "veth", "peer", "name",
            "eth0", "netns", self.client_ns)
        for ns, address in ((self.server_ns, SERVER), (self.client_ns, CLIENT)):
            run("ip", "netns", "exec", ns, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0")
            run("ip", "-n", ns, "addr", "add", f"{address}/24", "dev", "eth0")
            run("ip", "-n", ns, "link", "set", "eth0", "up")
        run("ip", "-n", self.client_ns, "route", "add", "default", "via", SERVER)
        # Nothing may still be settling when a test looks at what there was before.
        wait_until("the wire", lambda: "state UP" in (text := run(
            "ip", "-n", self.client_ns, "addr", "show", "eth0")) and "inet6" in text
            and "tentative" not in text)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def program(self, path):
        return os.path.join(self.build, path)

    def in_server(self, *argv):
        return ["ip", "netns", "exec", self.server_ns, *argv]

    def in_client(self, *argv):
        """With a hosts file and a resolv.conf of its own, in a mount namespace of its own."""
        binds = ('mount --bind "$1/hosts" /etc/hosts && '
                 'mount --bind "$1/resolv.conf" "$(readlink -f /etc/resolv.conf)" && '
                 'shift && exec "$@"')
        return ["ip", "netns", "exec", self.client_ns, "sh", "-c", binds, "sh", self.folder, *argv]

    def dialtone_start(self, *argv):
        command = self.in_client(self.program("client/cli/dialtone"), *argv)
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment)

    def dialtone(self, *argv, check=True, timeout=DEADLINE):
        command = self.in_client(self.program("client/cli/dialtone"), *argv)
        return run(*command, check=check, timeout=timeout, env=self.environment)

    def add_profile(self, service, **kw):
        folder = os.path.join(self.folder, "profiles", re.sub(r"\W", "", service))
        self.dialtone("import", profile(folder, service, **kw))
        return service

    def add_connection(self, service, keys):
        """L2TP as NetworkManager keeps it, with @keys of its [vpn] group; signs in by MS-CHAPv2."""
        refused = [f"refuse-{name}=yes" for name in ("eap", "pap", "chap", "mschap")]
        lines = ["[connection]", f"id={service}", "type=vpn", "[vpn]", f"gateway={SERVER}",
                 "service-type=org.freedesktop.NetworkManager.l2tp", *refused, *keys,
                 "[ipv4]", "method=auto", "never-default=true", ""]
        self.dialtone("import", self.write(f"{service}.nmconnection", "\n".join(lines)))
        return service

    def ping(self, address, count=1, size=56, source=None, wait=10):
        more = ("-I", source) if source else ()
        return subprocess.run(
            self.in_client("ping", "-n", "-q", *more, "-i", "0.2", "-c", str(count), "-W", str(wait), "-s",
                           str(size), address), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=DEADLINE, check=False).returncode == 0

    def state(self):
        """What a call may change on this computer, and must put back."""
        shown = [run("ip", "-n", self.client_ns, *words) for words in
                 (("-o", "link"), ("-o", "addr"), ("rule",), ("-6", "rule"),
                  ("route", "show", "table", "all"), ("-6", "route", "show", "table", "all"))]
        with open(os.path.join(self.folder, "resolv.conf"), encoding="utf-8") as f:
            shown.append(f.read())
        nft = shutil.which("nft")
        if nft:
            shown.append(run("ip", "netns", "exec", self.client_ns, nft, "list", "ruleset"))
        # The order in which the kernel lists its own IPv6 routes is not ours to keep.
        return "\n".join("\n".join(sorted(text.splitlines())) for text in shown)

    def processes(self):
        """Those in its namespaces, whoever their parents are now."""
        return [int(pid) for ns in (self.client_ns, self.server_ns)
                for pid in run("ip", "netns", "pids", ns, check=False).split() if pid.isdigit()]

    def close(self):
        for ns in (self.client_ns, self.server_ns):
            run("ip", "netns", "del", ns, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        LABS.remove(self)
