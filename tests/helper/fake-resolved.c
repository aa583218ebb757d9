/* fake-resolved.c - see fake-resolved.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-resolved.h"

static void
on_call(GDBusConnection *c, const char *sender, const char *path, const char *interface,
        const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer data)
{
    struct fake_resolved *r = data;
    g_autofree char *text = g_variant_print(arguments, FALSE);

    (void)c, (void)sender, (void)path, (void)interface;
    g_string_append_printf(r->notes, "%s%s\n", method, text);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void
fake_resolved_start(struct fake_resolved *r, struct harness *h)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_call};
    static const char xml[] =
        "<node><interface name='org.freedesktop.resolve1.Manager'>"
        "<method name='SetLinkDNS'><arg type='i'/><arg type='a(iay)'/></method>"
        "<method name='SetLinkDomains'><arg type='i'/><arg type='a(sb)'/></method>"
        "<method name='SetLinkDefaultRoute'><arg type='i'/><arg type='b'/></method>"
        "<method name='RevertLink'><arg type='i'/></method></interface></node>";
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(xml, NULL);
    DtDialer *unused;

    if (r->notes == NULL)
        r->notes = g_string_new(NULL);
    r->bus = harness_join(h, 0, &unused);
    g_object_unref(unused);
    g_dbus_connection_register_object(r->bus, "/org/freedesktop/resolve1", node->interfaces[0],
                                      &vtable, r, NULL, NULL);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        r->bus, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
        g_variant_new("(su)", "org.freedesktop.resolve1", 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
        NULL, NULL);
    g_assert_nonnull(reply);
}

void
fake_resolved_stop(struct fake_resolved *r)
{
    if (r->bus != NULL)
        g_dbus_connection_close_sync(r->bus, NULL, NULL);
    g_clear_object(&r->bus);
}

void
fake_resolved_clear(struct fake_resolved *r)
{
    if (r->notes != NULL)
        g_string_free(r->notes, TRUE);
    r->notes = NULL;
}
