# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of one's own for a test: X server, session bus, system bus, assistive technology.

Everything runs on private addresses and ends with the Desktop object. Windows are read and moved as a
screen reader does it (AT-SPI), and with real key presses (XTEST).
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

DEADLINE = float(os.environ.get("DIALTONE_TEST_DEADLINE", "20"))

SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:dir=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>"""


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


class Desktop:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dialtone-ui-")
        self.processes = []
        self.environment = dict(os.environ)
        for name in ("NO_AT_BRIDGE", "G_MESSAGES_DEBUG", "WAYLAND_DISPLAY", "LANGUAGE"):
            self.environment.pop(name, None)
        runtime = os.path.join(self.folder, "run")
        os.mkdir(runtime, 0o700)
        self.environment.update(
            HOME=self.folder, XDG_RUNTIME_DIR=runtime, XDG_DATA_HOME=self.folder + "/data",
            XDG_CONFIG_HOME=self.folder + "/config", XDG_CACHE_HOME=self.folder + "/cache",
            GSETTINGS_BACKEND="memory", LC_ALL="C.UTF-8", GDK_BACKEND="x11", GTK_THEME="Adwaita",
            GTK_MODULES="", GTK_IM_MODULE="gtk-im-context-simple")
        self.start_display()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.start_bus("--session")
        config = os.path.join(self.folder, "system.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(SYSTEM_BUS % self.folder)
        self.environment["DBUS_SYSTEM_BUS_ADDRESS"] = self.start_bus("--config-file=" + config)
        for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
            os.environ[name] = self.environment[name]
        os.environ.pop("NO_AT_BRIDGE", None)
        os.environ.pop("AT_SPI_BUS_ADDRESS", None)
        if Atspi.init() not in (0, 1):
            raise RuntimeError("no accessibility bus")
        Atspi.set_timeout(2000, 5000)

    def start_display(self):
        read, write = os.pipe()
        self.spawn(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1400x24", "-nolisten",
                    "tcp", "-noreset"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            self.environment["DISPLAY"] = ":" + pipe.readline().strip()

    def start_bus(self, kind):
        read, write = os.pipe()
        self.spawn(["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog", kind,
                    f"--print-address={write}"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            return pipe.readline().strip()

    def spawn(self, command, **options):
        process = subprocess.Popen(command, env=self.environment, **options)
        self.processes.append(process)
        return process

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(10)
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
                       check=True, timeout=10)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "2", text], env=self.environment, check=True,
                       timeout=30)

    def focus(self, title):
        """There is no window manager: give the window the keyboard."""
        subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", title,
                        "windowfocus", "--sync"], env=self.environment, check=True, timeout=20)

    def screenshot(self, path):
        subprocess.run(["import", "-window", "root", path], env=self.environment, check=True,
                       timeout=20)


class Helper:
    """The fake helper, moved from the test."""

    def __init__(self, desktop, program, contract):
        self.desktop = desktop
        self.process = desktop.spawn([sys.executable, program, contract], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        self.events = []
        self.read_until(lambda event: "ready" in event)

    def read_until(self, wanted):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            event = json.loads(self.process.stdout.readline())
            if wanted(event):
                return event
            self.events.append(event)
        raise AssertionError("the fake helper is silent")

    def do(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        self.read_until(lambda event: "done" in event)

    def set(self, **properties):
        self.do(set=properties)

    def call(self, method):
        """The next call of the window to this method."""
        for event in self.events:
            if event.get("method") == method:
                self.events.remove(event)
                return event["arguments"]
        return self.read_until(lambda event: event.get("method") == method)["arguments"]

    def called(self, method):
        """Was it called until now?"""
        self.do()
        return any(event.get("method") == method for event in self.events)

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
            self.errors.seek(0)
            raise AssertionError(f"the program ended with {self.process.returncode}:\n"
                                 + self.errors.read())
        root = Atspi.get_desktop(0)
        root.set_cache_mask(Atspi.Cache.NONE)
        for index in range(root.get_child_count()):
            child = root.get_child_at_index(index)
            if child is not None and child.get_process_id() == self.process.pid:
                child.set_cache_mask(Atspi.Cache.NONE)
                return child
        return None

    def all(self):
        """Every accessible of the program that is showing, parents first."""
        todo = [self.application()]
        while todo:
            node = todo.pop(0)
            if node is None:
                continue
            yield node
            try:
                todo[0:0] = [node.get_child_at_index(i) for i in range(node.get_child_count())]
            except GLib.Error:
                continue

    def find_now(self, role, name, showing=True):
        for node in self.all():
            try:
                if node.get_role_name() != role or name not in (None, self.name(node)):
                    continue
                if not showing or has(node, Atspi.StateType.SHOWING):
                    return node
            except GLib.Error:
                continue
        return None

    def find(self, role, name=None):
        return wait_until(lambda: self.find_now(role, name), f"{role} {name!r}")

    def gone(self, role, name=None):
        wait_until(lambda: not self.find_now(role, name), f"no more {role} {name!r}")

    @staticmethod
    def name(node):
        return node.get_name()

    def texts(self):
        """All texts that are to be read now, in reading order."""
        out = []
        for node in self.all():
            try:
                if node.get_role_name() in ("label", "statusbar", "alert") and has(
                        node, Atspi.StateType.SHOWING):
                    out.append(text_of(node))
            except GLib.Error:
                continue
        return out

    def reads(self, text):
        """Waits until some text on the screen is, or holds, this one."""
        try:
            wait_until(lambda: any(text in shown for shown in self.texts()), text)
        except AssertionError as error:
            raise AssertionError(f"{error}; there is: {self.texts()}") from None

    def press(self, name, role="push button"):
        node = self.find(role, name)
        wait_until(lambda: has(node, Atspi.StateType.SENSITIVE), f"{name} can be pressed")
        Atspi.Action.do_action(node, 0)

    def type(self, label, text):
        role = "password text" if "assword" in label else "text"
        Atspi.EditableText.set_text_contents(self.find(role, label), text)

    def focused(self):
        for node in self.all():
            try:
                if has(node, Atspi.StateType.FOCUSED) and has(node, Atspi.StateType.SHOWING):
                    found = node
                    if node.get_role_name() not in ("frame", "dialog", "application"):
                        return found
            except GLib.Error:
                continue
        return None

    def end(self, how=signal.SIGTERM):
        code = self.desktop.end(self.process, how)
        self.errors.seek(0)
        return code, self.errors.read()


def has(node, state):
    return node.get_state_set().contains(state)


def text_of(node):
    if "Text" in node.get_interfaces():
        return Atspi.Text.get_text(node, 0, -1)
    return node.get_name()
