# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of one's own for a test: X server, session bus, system bus, assistive technology.

Everything runs on private addresses and ends with the Desktop object. Windows are read and moved as a
screen reader does it (AT-SPI), and with real key presses (XTEST).
"""
import ctypes
import functools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PR_SET_PDEATHSIG = 1
MANY = 1000
# Of one wait, in seconds: for what never comes, not for what is slow on a loaded machine.
DEADLINE = float(os.environ.get("DIALTONE_TEST_DEADLINE", "60"))
MILLISECONDS = int(DEADLINE * 1000)

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>{kind}</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<servicedir>{folder}/services</servicedir>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>"""
# The only service that the session bus starts: no keyring or portal of the machine takes part.
ACCESSIBILITY = "/usr/share/dbus-1/services/org.a11y.Bus.service"


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, what):
    """The first true value of condition(); never sleeps longer than it must."""
    end = time.monotonic() + DEADLINE
    while True:
        try:
            value = condition()
        except GLib.Error:  # a widget that went away while it was looked at
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {DEADLINE:.0f} s: {what}")
        time.sleep(0.02)


def connect(address):
    return Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


def number(value):
    """An argument of the many methods that take one int."""
    return GLib.Variant("(i)", (value,))


class Node:
    """One accessible object, asked over D-Bus: libatspi's own calls can wait for each other."""

    # of enum AtspiStateType
    LABELLED_BY = 2  # of enum AtspiRelationType
    STATES = {"checked": 4, "expanded": 10, "focusable": 11, "focused": 12, "selected": 23,
              "sensitive": 24, "showing": 25, "visible": 30}

    def __init__(self, bus, owner, path):
        self.bus, self.owner, self.path = bus, owner, path

    def __eq__(self, other):
        return other is not None and (self.owner, self.path) == (other.owner, other.path)

    def ask(self, interface, method, arguments=None):
        return self.bus.call_sync(self.owner, self.path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NONE, MILLISECONDS, None).unpack()

    def call(self, interface, method, arguments=None):
        return self.ask("org.a11y.atspi." + interface, method, arguments)

    @property
    def name(self):
        return self.ask("org.freedesktop.DBus.Properties", "Get",
                        GLib.Variant("(ss)", ("org.a11y.atspi.Accessible", "Name")))[0]

    @functools.cached_property
    def role(self):
        return self.call("Accessible", "GetRoleName")[0]

    @property
    def count(self):
        """Of its children."""
        return self.ask("org.freedesktop.DBus.Properties", "Get",
                        GLib.Variant("(ss)", ("org.a11y.atspi.Accessible", "ChildCount")))[0]

    def children(self):
        return [Node(self.bus, *child) for child in self.call("Accessible", "GetChildren")[0]]

    def has(self, state):
        words = self.call("Accessible", "GetState")[0]
        bit = self.STATES[state]
        return bool(words[bit // 32] >> bit % 32 & 1)

    def interfaces(self):
        return [name.rpartition(".")[2] for name in self.call("Accessible", "GetInterfaces")[0]]

    def label(self):
        """What a screen reader calls it: its name, or the text of what labels it."""
        if self.name:
            return self.name
        for kind, targets in self.call("Accessible", "GetRelationSet")[0]:
            if kind == self.LABELLED_BY and targets:
                return Node(self.bus, *targets[0]).text()
        return ""

    def text(self):
        if "Text" in self.interfaces():
            return self.call("Text", "GetText", GLib.Variant("(ii)", (0, -1)))[0]
        return self.name

    def act(self):
        self.call("Action", "DoAction", number(0))

    def write(self, text):
        self.call("EditableText", "SetTextContents", GLib.Variant("(s)", (text,)))

    def extents(self):
        """x, y, width, height on the screen."""
        return self.call("Component", "GetExtents", GLib.Variant("(u)", (0,)))[0]


class Desktop:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dialtone-ui-")
        self.processes = []
        self.buses = {}  # by kind: their processes
        self.noise = open(os.path.join(self.folder, "noise"), "w", encoding="utf-8")
        self.environment = dict(os.environ)
        for name in ("NO_AT_BRIDGE", "G_MESSAGES_DEBUG", "WAYLAND_DISPLAY", "LANGUAGE"):
            self.environment.pop(name, None)
        runtime = os.path.join(self.folder, "run")
        os.mkdir(runtime, 0o700)
        self.environment.update(
            HOME=self.folder, XDG_RUNTIME_DIR=runtime, XDG_DATA_HOME=self.folder + "/data",
            XDG_CONFIG_HOME=self.folder + "/config", XDG_CACHE_HOME=self.folder + "/cache",
            XDG_STATE_HOME=self.folder + "/state",
            GSETTINGS_BACKEND="memory", LC_ALL="C.UTF-8", GDK_BACKEND="x11", GTK_THEME="Adwaita",
            GTK_MODULES="", GTK_IM_MODULE="gtk-im-context-simple")
        self.start_display()
        os.mkdir(self.folder + "/services")
        shutil.copy(ACCESSIBILITY, self.folder + "/services")
        for kind in ("session", "system"):
            self.environment[f"DBUS_{kind.upper()}_BUS_ADDRESS"] = self.start_bus(kind)
        self.environment.pop("AT_SPI_BUS_ADDRESS", None)
        self.accessibility = self.connect_accessibility()

    def start_display(self):
        read, write = os.pipe()
        self.spawn(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1400x24", "-nolisten",
                    "tcp", "-noreset"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            self.environment["DISPLAY"] = ":" + pipe.readline().strip()

    def start_bus(self, kind):
        config = os.path.join(self.folder, kind + ".conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS.format(kind=kind, folder=self.folder))
        read, write = os.pipe()
        self.buses[kind] = self.spawn(["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog",
                                       "--config-file=" + config, f"--print-address={write}"],
                                      pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            return pipe.readline().strip()

    def connect_accessibility(self):
        session = connect(self.environment["DBUS_SESSION_BUS_ADDRESS"])
        address, = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
                                     None, None, Gio.DBusCallFlags.NONE, MILLISECONDS, None).unpack()
        return connect(address)

    def spawn(self, command, **options):
        options.setdefault("stdout", self.noise)
        options.setdefault("stderr", self.noise)
        process = subprocess.Popen(command, env=self.environment, preexec_fn=die_with_parent, **options)
        self.processes.append(process)
        return process

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process in self.processes:
            self.processes.remove(process)
        return process.returncode

    def close(self):
        for process in reversed(list(self.processes)):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def keys(self, *names):
        """Presses keys: "Tab", "alt+p", "Return"..."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", *names], env=self.environment,
                       check=True, timeout=DEADLINE)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "2", text], env=self.environment, check=True,
                       timeout=DEADLINE)

    def focus(self, title):
        """There is no window manager: give the window the keyboard."""
        self.search(title, "windowfocus", "--sync")

    def search(self, title, *more):
        """What xdotool says of this window. It ends with an error when another one goes while it looks."""
        def found():
            done = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", title, *more],
                                  env=self.environment, check=False, timeout=DEADLINE, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            return done if done.returncode == 0 else None
        return wait_until(found, f"a window {title}").stdout

    def screenshot(self, path):
        subprocess.run(["import", "-window", "root", path], env=self.environment, check=True,
                       timeout=DEADLINE)


class Lines:
    """The lines of a pipe. Not through a buffer, which select() cannot see into."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.told = b""

    def next(self, seconds):
        """The next, or None when none comes in time."""
        end = time.monotonic() + seconds
        while b"\n" not in self.told:
            left = max(end - time.monotonic(), 0)
            if not select.select([self.pipe], [], [], left)[0]:
                return None
            more = os.read(self.pipe.fileno(), 65536)
            if not more:
                return None
            self.told += more
        first, _, self.told = self.told.partition(b"\n")
        return first.decode()

    def event(self, seconds):
        """A JSON object, of the next."""
        line = self.next(seconds)
        return None if line is None else json.loads(line)


class Helper:
    """The fake helper, moved from the test."""

    def __init__(self, desktop, program, contract):
        self.desktop = desktop
        self.process = desktop.spawn([sys.executable, program, contract], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, bufsize=0)
        self.lines = Lines(self.process.stdout)
        self.events = []
        self.read_until(lambda event: "ready" in event, "that it is ready")

    def read_until(self, wanted, what):
        end = time.monotonic() + DEADLINE
        while (event := self.lines.event(end - time.monotonic())) is not None:
            if wanted(event):
                return event
            self.events.append(event)
        raise AssertionError(f"the fake helper does not tell {what}; it told {self.events}")

    def do(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.read_until(lambda event: "done" in event, "that it has done so")

    def set(self, **properties):
        self.do(set=properties)

    def call(self, method):
        """The next call of the window to this method: its arguments."""
        return self.event(method)["arguments"]

    def event(self, method):
        """The same, with what else is known of it."""
        for event in self.events:
            if event.get("method") == method:
                self.events.remove(event)
                return event
        return self.read_until(lambda event: event.get("method") == method, f"of a call of {method}")

    def called(self, method):
        """Was it called until now?"""
        self.do()
        return any(event.get("method") == method for event in self.events)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.desktop.end(self.process)


class Keyring:
    """The fake keyring; says what it was asked to keep."""

    def __init__(self, desktop, program):
        self.desktop = desktop
        self.process = desktop.spawn([sys.executable, program], stdout=subprocess.PIPE, bufsize=0)
        self.lines = Lines(self.process.stdout)
        self.expect("ready")

    def expect(self, line):
        """The next thing that it says."""
        said = self.lines.next(DEADLINE) or "nothing"
        if said != line:
            raise AssertionError(f"the keyring says {said!r}, not {line!r}")

    def end(self):
        self.process.stdout.close()
        self.desktop.end(self.process)


class Portal:
    """The fake portal; answers the next questions for a file."""

    def __init__(self, desktop, program):
        self.desktop = desktop
        self.process = desktop.spawn([sys.executable, program], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, bufsize=0)
        self.lines = Lines(self.process.stdout)
        self.asks("ready")
        desktop.environment["GTK_USE_PORTAL"] = "1"

    def asks(self, title):
        """The next that it is asked for."""
        said = self.lines.next(DEADLINE)
        if said != title:
            raise AssertionError(f"the portal is asked for {said!r}, not {title!r}")

    def answer(self, path):
        self.process.stdin.write(path.encode() + b"\n")

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.desktop.end(self.process)


class Shell:
    """The fake shell: a tray, whose icons and menus are read here, and notifications."""

    MENU = "com.canonical.dbusmenu"

    def __init__(self, desktop, program):
        self.desktop = desktop
        self.bus = connect(desktop.environment["DBUS_SESSION_BUS_ADDRESS"])
        self.process = desktop.spawn([sys.executable, program], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, bufsize=0)
        self.lines = Lines(self.process.stdout)
        self.next("ready")
        self.owner = self.path = None

    def next(self, key):
        """The next event that has this key."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            event = self.lines.event(end - time.monotonic())
            if event is not None and key in event:
                return event
        raise AssertionError(f"the shell was told of no {key}")

    def told(self):
        """What it has been told since next(), until now."""
        events = []
        while (event := self.lines.event(0)) is not None:
            events.append(event)
            if "item" in event:
                self.owner, self.path = event["item"]
        return events

    def click(self):
        self.process.stdin.write(b"click\n")

    def ask(self, path, interface, method, arguments):
        return self.bus.call_sync(self.owner, path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NONE, MILLISECONDS, None).unpack()

    def item(self, name):
        """A property of the icon."""
        if self.owner is None:
            self.owner, self.path = self.next("item")["item"]
        return self.ask(self.path, "org.freedesktop.DBus.Properties", "Get", GLib.Variant(
            "(ss)", ("org.kde.StatusNotifierItem", name)))[0]

    def menu(self):
        """What is to be seen in the menu: {label: (id, enabled)}."""
        _, (_, _, children) = self.ask(self.item("Menu"), self.MENU, "GetLayout", GLib.Variant(
            "(iias)", (0, -1, [])))
        return {item[1]["label"]: (item[0], item[1].get("enabled", True)) for item in children
                if item[1].get("label") and item[1].get("visible", True)}

    def choose(self, label):
        number, enabled = wait_until(lambda: self.menu().get(label), f"{label} in {self.menu()}")
        if not enabled:
            raise AssertionError(f"{label} cannot be chosen")
        self.ask(self.item("Menu"), self.MENU, "Event", GLib.Variant(
            "(isvu)", (number, "clicked", GLib.Variant("i", 0), 0)))

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.desktop.end(self.process)


class Window:
    """The program, seen through AT-SPI."""

    def __init__(self, desktop, program, *arguments, **environment):
        self.desktop = desktop
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        desktop.environment.update(environment)
        try:
            self.process = desktop.spawn([program, *arguments], stderr=self.errors)
        finally:
            for name in environment:
                desktop.environment.pop(name, None)

    def application(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the program ended with {self.process.returncode}:\n" + self.said())
        bus = self.desktop.accessibility
        root = Node(bus, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        for child in root.children():
            pid = bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                                GLib.Variant("(s)", (child.owner,)), None,
                                Gio.DBusCallFlags.NONE, MILLISECONDS, None).unpack()[0]
            if pid == self.process.pid:
                return child
        return None

    def all(self):
        """Every accessible of the program that is showing, parents first, dialogs before windows; but
        not the cells of a list of thousands: nobody can see them all."""
        application = self.application()
        todo = application.children() if application is not None else []
        todo.sort(key=lambda child: child.role == "frame")
        while todo:
            node = todo.pop(0)
            try:
                if not node.has("showing"):
                    continue
                if node.role != "table" or node.count <= MANY:
                    todo[0:0] = node.children()
            except GLib.Error:  # it went away meanwhile
                continue
            yield node

    def find_now(self, role, name=None):
        for node in self.all():
            try:
                if node.role == role and name in (None, node.label()):
                    return node
            except GLib.Error:
                continue
        return None

    def find(self, role, name=None):
        return wait_until(lambda: self.find_now(role, name), f"{role} {name!r}")

    def gone(self, role, name=None):
        wait_until(lambda: not self.find_now(role, name), f"no more {role} {name!r}")

    def texts(self):
        """All texts that are to be read now, in reading order."""
        out = []
        for node in self.all():
            try:
                if node.role in ("label", "status bar", "statusbar", "alert"):
                    out.append(node.text())
            except GLib.Error:
                continue
        return out

    def listen(self, label):
        """From now on, what texts on the screen become, in order: a list that grows. The program hears
        of it in its own time: what is in this entry is changed until that is told."""
        heard = []
        bus = self.desktop.accessibility
        bus.call_sync("org.a11y.atspi.Registry", "/org/a11y/atspi/registry", "org.a11y.atspi.Registry",
                      "RegisterEvent", GLib.Variant("(sass)", ("object:text-changed:insert", [], "")),
                      None, Gio.DBusCallFlags.NONE, MILLISECONDS, None)
        bus.signal_subscribe(None, "org.a11y.atspi.Event.Object", "TextChanged", None, None,
                             Gio.DBusSignalFlags.NONE,
                             lambda *args: heard.append(args[5].unpack()[3]))
        context = GLib.MainContext.default()

        def told():
            self.type(label, "x" * (1 + len(self.entry(label).text()) % 2))
            context.iteration(False)
            return heard
        wait_until(told, "events of texts")
        return heard

    @staticmethod
    def hears(text, heard):
        """Waits until this text was among what listen() gave."""
        context = GLib.MainContext.default()
        wait_until(lambda: context.iteration(False) or text in heard, f"{text} in {heard}")

    def reads(self, text):
        """Waits until some text on the screen is, or holds, this one."""
        try:
            wait_until(lambda: any(text in shown for shown in self.texts()), text)
        except AssertionError as error:
            raise AssertionError(f"{error}; there is: {self.texts()}") from None

    def press(self, name, role="push button"):
        node = self.find(role, name)
        wait_until(lambda: node.has("sensitive"), f"{name} can be pressed")
        node.act()

    def press_and_close(self, name):
        """Presses what closes its window."""
        self.find("push button", name)
        self.closing(lambda: self.press(name), f"{name} closes its window")

    def closing(self, act, what, count=1):
        """Does what closes so many windows, and waits until they are gone without a look into them: a window
        of GTK 3 complains when it is asked for its children after it was destroyed."""
        before = {(node.owner, node.path) for node in self.application().children()}
        act()
        wait_until(lambda: len(before - self.windows()) >= count, what)

    def has_lost_one_of(self, before):
        return bool(set(before) - self.windows())

    def windows(self):
        """Of the program, now."""
        application = self.application() if self.process.poll() is None else None
        return {(node.owner, node.path) for node in application.children()} if application else set()

    def entry(self, label):
        return wait_until(lambda: self.find_now("text", label) or
                          self.find_now("password text", label), f"an entry {label!r}")

    def type(self, label, text):
        """Until it is there: an entry of a dialog that is closing takes text as well."""
        self.entry(label).write(text)

        def is_typed():
            entry = self.entry(label)
            if len(entry.text()) == len(text):  # of a password there are but as many dots
                return True
            entry.write(text)
            return False
        wait_until(is_typed, f"{label} holds what was typed")

    def focused(self):
        """What has the keyboard."""
        for node in self.all():
            try:
                if node.has("focused") and node.role not in ("frame", "dialog"):
                    return node
            except GLib.Error:
                continue
        return None

    def focuses(self, label):
        """Waits until what is called so has the keyboard."""
        def has_it():
            node = self.focused()
            return node is not None and node.label() == label
        wait_until(has_it, f"{label} has the focus")

    def ended(self):
        """Waits until it has ended by itself."""
        wait_until(lambda: self.process.poll() is not None, "the program has ended")

    def said(self):
        """All of its stderr until now."""
        self.errors.seek(0)
        return self.errors.read()

    def end(self, how=signal.SIGTERM):
        return self.desktop.end(self.process, how), self.said()
