#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop's shell without a desktop: a place for tray icons, and one for notifications.

The bus is DBUS_SESSION_BUS_ADDRESS. Prints one JSON object a line: "ready"; {"item": [owner, path]} for
each icon; {"notify": [summary, body], "actions": [...]}; {"closed": true}. A line "click" on stdin is a
click on the last notification. Sources: freedesktop.org, StatusNotifierItem; Desktop Notifications 1.2.
"""
import json
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

WATCHER, NOTIFICATIONS = "org.kde.StatusNotifierWatcher", "org.freedesktop.Notifications"
CONTRACT = """<node>
<interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
</interface>
<interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface></node>"""
PROPERTIES = {"RegisteredStatusNotifierItems": GLib.Variant("as", []),
              "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
              "ProtocolVersion": GLib.Variant("i", 0)}
ANSWERS = {"GetCapabilities": GLib.Variant("(as)", (["body", "actions"],)),
           "GetServerInformation": GLib.Variant("(ssss)", ("fake", "fake", "1", "1.2"))}


def tell(**event):
    print(json.dumps(event), flush=True)


class Shell:
    def __init__(self):
        self.last, self.owned = 0, 0
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        watcher, notifications = Gio.DBusNodeInfo.new_for_xml(CONTRACT).interfaces
        self.bus.register_object("/StatusNotifierWatcher", watcher, self.on_call,
                                 lambda *args: PROPERTIES[args[4]], None)
        self.bus.register_object("/org/freedesktop/Notifications", notifications, self.on_call,
                                 None, None)
        for name in (WATCHER, NOTIFICATIONS):
            Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, self.on_name,
                                           None)
        GLib.io_add_watch(sys.stdin.fileno(), GLib.IOCondition.IN | GLib.IOCondition.HUP, self.click)

    def on_name(self, _bus, _name):
        self.owned += 1
        if self.owned == 2:
            tell(ready=True)

    def on_call(self, _bus, sender, _path, _interface, method, arguments, invocation):
        values = arguments.unpack()
        answer, event = ANSWERS.get(method), None
        if method == "RegisterStatusNotifierItem":
            event = {"item": [sender, values[0]]}
        elif method == "Notify":
            self.last += 1
            answer = GLib.Variant("(u)", (self.last,))
            event = {"notify": [values[3], values[4]], "actions": values[5]}
        elif method == "CloseNotification":
            event = {"closed": True}
        invocation.return_value(answer)
        # Answered first: GLib forgets to close what is withdrawn before it knows its number.
        self.bus.flush_sync(None)
        if event is not None:
            tell(**event)

    def click(self, *_):
        if not sys.stdin.readline():
            loop.quit()
            return False
        self.bus.emit_signal(None, "/org/freedesktop/Notifications", NOTIFICATIONS, "ActionInvoked",
                             GLib.Variant("(us)", (self.last, "default")))
        return True


loop = GLib.MainLoop()
shell = Shell()
loop.run()
