#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper without a network: the real D-Bus contract, moved by a test.

usage: fake_helper.py CONTRACT.xml      (the bus is DBUS_SYSTEM_BUS_ADDRESS)

Reads one JSON object a line on stdin, and prints one a line: "ready", then each call that the window
makes. Commands: {"set": {property: value}} on the newest connection, or with "select": INDEX on another;
{"connection": NAME} makes one, as if it had been dialed before, with "owner": UID by another person for
everybody; {"fail": D-Bus error name, "message": text} is the answer to the next Connect, Disconnect,
InstallProfile or RemoveProfile, with "after": N to the one after N more.

What is installed for everybody goes to DIALTONE_SYSTEM_PROFILES.
"""
import json
import os
import shutil
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

BUS_NAME = "org.dialtone.Dialer1"
PATH = "/org/dialtone/Dialer1"
UNSIGNALLED = {"BytesIn", "BytesOut", "RoundTrip"}


def plain(value):
    """What json can carry of a GVariant."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def details(values):
    types = {"mtu": "u", "connected-since": "t", "eap-certificate-until": "t", "default-gateway": "b",
             "dns-applied": "b", "weak": "u", "attempts": "a(usssus)", "registration": "a{ss}"}
    lists = {"dns", "wins", "search", "routes", "hooks"}
    if "attempts" in values:
        values = dict(values, attempts=[tuple(one) for one in values["attempts"]])
    return GLib.Variant("a{sv}", {
        key: GLib.Variant("as" if key in lists else types.get(key, "s"), item)
        for key, item in values.items()})


def counts(values):
    return GLib.Variant("a{sv}", {key: GLib.Variant("u", item) for key, item in values.items()})


def tell(**event):
    print(json.dumps(event), flush=True)


class Connection:
    def __init__(self, helper, number, name, owner, everybody):
        self.helper = helper
        self.path = f"{PATH}/{number}"
        self.properties = {
            "Name": GLib.Variant("s", name),
            "Owner": GLib.Variant("u", owner),
            "ForEverybody": GLib.Variant("b", everybody),
            "State": GLib.Variant("s", "idle"),
            "Stage": GLib.Variant("u", 0),
            "Error": GLib.Variant("u", 0),
            "ErrorDetail": GLib.Variant("s", ""),
            "Waiting": counts({}),
            "Question": counts({}),
            "Details": details({}),
            "BytesIn": GLib.Variant("t", 0),
            "BytesOut": GLib.Variant("t", 0),
            "RoundTrip": GLib.Variant("u", 0),
        }
        helper.bus.register_object(self.path, helper.contract.interfaces[1], self.on_call,
                                   lambda *args: self.properties[args[4]], None)

    def set(self, values):
        special = {"Details": details, "Waiting": counts, "Question": counts}
        changed = {}
        for key, value in values.items():
            kind = self.properties[key].get_type_string()
            variant = special[key](value) if key in special else GLib.Variant(kind, value)
            self.properties[key] = variant
            if key not in UNSIGNALLED:
                changed[key] = variant
        self.helper.signal(self.path, self.helper.contract.interfaces[1].name, changed)

    def on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        may_ask = invocation.get_message().get_flags() & Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION
        tell(method=method, arguments=plain(arguments.unpack()), may_ask=bool(may_ask))
        if method == "GetLog":
            log = ["1767225600 info event: state, to: connecting",
                   "1767225601 info <b>not bold</b> \x1b[31mnot red"]
            invocation.return_value(GLib.Variant("(as)", (log,)))
        elif method == "Disconnect" and self.helper.fails():
            self.helper.fail(invocation)
        else:
            invocation.return_value(None)


class Helper:
    def __init__(self, contract):
        with open(contract, encoding="utf-8") as file:
            self.contract = Gio.DBusNodeInfo.new_for_xml(file.read())
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connections = []
        self.failure = None
        self.failure_after = 0
        self.installed = 0
        self.bus.register_object(PATH, self.contract.interfaces[0], self.on_call, self.on_get, None)
        Gio.bus_own_name_on_connection(self.bus, BUS_NAME, Gio.BusNameOwnerFlags.NONE,
                                       lambda *_: tell(ready=True), None)

    def signal(self, path, interface, changed):
        self.bus.emit_signal(None, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             GLib.Variant("(sa{sv}as)", (interface, changed, [])))

    def paths(self):
        return GLib.Variant("ao", [connection.path for connection in self.connections])

    def on_get(self, *args):
        return self.paths() if args[4] == "Connections" else GLib.Variant("s", "0.1.0")

    def connection(self, name, owner=os.getuid(), everybody=False):
        everybody = everybody or owner != os.getuid()
        for connection in self.connections:
            if (connection.properties["Name"].get_string() == name
                    and connection.properties["Owner"].get_uint32() == owner
                    and connection.properties["ForEverybody"].get_boolean() == everybody):
                return connection
        connection = Connection(self, len(self.connections) + 1, name, owner, everybody)
        self.connections.append(connection)
        self.signal(PATH, self.contract.interfaces[0].name, {"Connections": self.paths()})
        return connection

    def install(self, given, files):
        """As the real one does, but for its care."""
        top = os.environ["DIALTONE_SYSTEM_PROFILES"]
        self.installed += 1
        name = given or f"everybody-{self.installed}"
        new = os.path.join(top, ".new")
        os.makedirs(new + "/files")
        for path, text in files.items():
            with open(os.path.join(new, path), "wb") as file:
                file.write(bytes(text))
        shutil.rmtree(os.path.join(top, name), ignore_errors=True)
        os.rename(new, os.path.join(top, name))
        return GLib.Variant("(s)", (name,))

    def connect(self, plan, _secrets):
        connection = self.connection(plan["name"], everybody=plan.get("for-everybody", False))
        connection.set({"State": "connecting", "Stage": 1, "Error": 0})
        return GLib.Variant("(o)", (connection.path,))

    @staticmethod
    def remove(name):
        shutil.rmtree(os.path.join(os.environ["DIALTONE_SYSTEM_PROFILES"], name))

    def fail(self, invocation):
        invocation.return_dbus_error(*self.failure)
        self.failure = None

    def fails(self):
        """Is this the call that does?"""
        if self.failure is None:
            return False
        self.failure_after -= 1
        return self.failure_after < 0

    def on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        given = arguments.unpack()
        if method == "InstallProfile":
            tell(method=method, arguments=[given[0], sorted(given[1])])
        else:
            tell(method=method, arguments=plain(given))
        if self.fails():
            self.fail(invocation)
            return
        methods = {"InstallProfile": self.install, "RemoveProfile": self.remove, "Connect": self.connect}
        invocation.return_value(methods[method](*given))

    def on_command(self, channel, _condition):
        line = channel.readline()
        if not line:
            sys.exit(0)
        command = json.loads(line)
        if "connection" in command:
            self.connection(command["connection"], command.get("owner", os.getuid()))
        if "set" in command:
            self.connections[command.get("select", -1)].set(command["set"])
        if "fail" in command:
            self.failure = (command["fail"], command["message"])
            self.failure_after = command.get("after", 0)
        tell(done=True)
        return True


def main():
    helper = Helper(sys.argv[1])
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP,
                      helper.on_command)
    GLib.MainLoop().run()


main()
