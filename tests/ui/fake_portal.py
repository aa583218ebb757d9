#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop's portal with one part: it asks nobody which file, and takes what the test has said.

The bus is DBUS_SESSION_BUS_ADDRESS. Prints "ready", then the title of each question, which is answered
by the next line of standard input: a path. Source: freedesktop.org, XDG Desktop Portal, FileChooser
version 3. GTK asks it when GTK_USE_PORTAL is 1.
"""
import os
import pathlib
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PATH = "/org/freedesktop/portal/desktop"
NAME = "org.freedesktop.portal.Desktop"
CONTRACT = """<node><interface name="org.freedesktop.portal.FileChooser">
<method name="OpenFile"><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface></node>"""


def on_call(bus, sender, _path, _interface, _method, arguments, invocation):
    _parent, title, options = arguments.unpack()
    request = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
    invocation.return_value(GLib.Variant("(o)", (request,)))
    print(title, flush=True)
    uri = pathlib.Path(sys.stdin.readline().rstrip("\n")).as_uri()
    bus.emit_signal(sender, request, "org.freedesktop.portal.Request", "Response",
                    GLib.Variant("(ua{sv})", (0, {"uris": GLib.Variant("as", [uri])})))


connection = Gio.DBusConnection.new_for_address_sync(
    os.environ["DBUS_SESSION_BUS_ADDRESS"],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
    | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(CONTRACT).interfaces[0], on_call, None, None)
Gio.bus_own_name_on_connection(connection, NAME, Gio.BusNameOwnerFlags.NONE,
                               lambda *_: print("ready", flush=True), None)
GLib.MainLoop().run()
