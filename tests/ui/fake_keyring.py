#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A keyring that forgets: what libsecret needs of org.freedesktop.secrets, unencrypted, never locked.

The bus is DBUS_SESSION_BUS_ADDRESS. Prints "ready", then "stored USER" and "deleted USER" (of
a secret without a user: its profile). Source:
freedesktop.org, Secret Service API, draft 0.2.
"""
import os

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PATH = "/org/freedesktop/secrets"
NAME = "org.freedesktop.secrets"
CONTRACT = """<node>
<interface name="org.freedesktop.Secret.Service">
<method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/>
<arg type="v" direction="out"/><arg type="o" direction="out"/></method>
<method name="SearchItems"><arg type="a{ss}" direction="in"/><arg type="ao" direction="out"/>
<arg type="ao" direction="out"/></method>
<method name="Unlock"><arg type="ao" direction="in"/><arg type="ao" direction="out"/>
<arg type="o" direction="out"/></method>
<method name="GetSecrets"><arg type="ao" direction="in"/><arg type="o" direction="in"/>
<arg type="a{o(oayays)}" direction="out"/></method>
<method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.Secret.Collection">
<method name="CreateItem"><arg type="a{sv}" direction="in"/><arg type="(oayays)" direction="in"/>
<arg type="b" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.Secret.Item">
<method name="Delete"><arg type="o" direction="out"/></method>
</interface></node>"""


class Keyring:
    def __init__(self):
        self.items = {}  # path -> (attributes, secret)
        self.made = 0
        self.say = None  # when the answer is on its way: the test may end this program then
        service, collection, self.item = Gio.DBusNodeInfo.new_for_xml(CONTRACT).interfaces
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.register_object(PATH, service, self.on_call, None, None)
        self.bus.register_object(PATH + "/aliases/default", collection, self.on_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE,
                                       lambda *_: print("ready", flush=True), None)

    def on_call(self, _bus, _sender, path, _interface, method, arguments, invocation):
        if method == "OpenSession" and arguments.unpack()[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "only plain")
            return
        invocation.return_value(getattr(self, method)(path, *arguments.unpack()))
        if self.say is not None:
            self.bus.flush_sync(None)
            print(self.say, flush=True)
            self.say = None

    def OpenSession(self, _path, _algorithm, _input):
        return GLib.Variant("(vo)", (GLib.Variant("s", ""), PATH + "/session"))

    def SearchItems(self, _path, wanted):
        found = [path for path, (attributes, _) in self.items.items()
                 if wanted.items() <= attributes.items()]
        return GLib.Variant("(aoao)", (found, []))

    def Unlock(self, _path, paths):
        return GLib.Variant("(aoo)", (paths, "/"))

    def ReadAlias(self, _path, _alias):
        return GLib.Variant("(o)", (PATH + "/aliases/default",))

    def GetSecrets(self, _path, paths, session):
        return GLib.Variant("(a{o(oayays)})", (
            {path: (session, b"", self.items[path][1], "text/plain") for path in paths},))

    def CreateItem(self, _path, properties, secret, _replace):
        attributes = properties["org.freedesktop.Secret.Item.Attributes"]
        path = next((p for p, (known, _) in self.items.items() if known == attributes), None)
        if path is None:
            self.made += 1
            path = f"{PATH}/item/{self.made}"
            self.bus.register_object(path, self.item, self.on_call, None, None)
        self.items[path] = (attributes, bytes(secret[2]))
        self.say = "stored " + attributes.get("user", attributes["profile"])
        return GLib.Variant("(oo)", (path, "/"))

    def Delete(self, path):
        attributes, _ = self.items.pop(path)
        self.say = "deleted " + attributes.get("user", attributes["profile"])
        return GLib.Variant("(o)", ("/",))


keyring = Keyring()
GLib.MainLoop().run()
