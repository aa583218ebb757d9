/*
 * cli-diagnose-vpn.c - does another VPN have what this one wants? Where the kernel would send what
 * is for the Internet is asked of it as of a packet, so that it does not matter by which routes and
 * rules somebody has arranged that. Nothing is sent. See cli-diagnose.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-diagnose.h"

#include <glib/gi18n-lib.h>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of both halves of IPv4's addresses, which some VPNs take one by one; of IPv6 one half is in use.
 */
static const struct {
    int family;
    const char *address;
} places[] = {{AF_INET, "1.1.1.1"}, {AF_INET, "192.0.2.1"}, {AF_INET6, "2001:db8::1"}};

struct question {
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr attribute;
    guint8 address[16];
};

/* The interface; 0: there is no way. */
static guint32
interface_in(const guint8 *bytes, gsize n)
{
    const struct nlmsghdr *h = (const void *)bytes;

    if (!NLMSG_OK(h, n) || h->nlmsg_type != RTM_NEWROUTE ||
        h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
        return 0;
    const struct rtattr *a = RTM_RTA(NLMSG_DATA(h));
    for (gsize left = RTM_PAYLOAD(h); RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == RTA_OIF && RTA_PAYLOAD(a) == sizeof(guint32)) {
            guint32 index;
            memcpy(&index, RTA_DATA(a), sizeof index);
            return index;
        }
    return 0;
}

static guint32
way_to(int family, const char *address)
{
    const gsize size = family == AF_INET ? 4 : 16;
    struct question q = {
        .head = {.nlmsg_len = (guint32)(G_STRUCT_OFFSET(struct question, address) + size),
                 .nlmsg_type = RTM_GETROUTE,
                 .nlmsg_flags = NLM_F_REQUEST},
        .route = {.rtm_family = (guint8)family, .rtm_dst_len = (guint8)(8 * size)},
        .attribute = {.rta_type = RTA_DST, .rta_len = (guint16)RTA_LENGTH(size)},
    };
    const struct timeval patience = {.tv_sec = 5};
    union {
        struct nlmsghdr align;
        guint8 bytes[4096];
    } answer;
    guint32 index = 0;

    inet_pton(family, address, q.address);
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, &q, q.head.nlmsg_len, 0) == (gssize)q.head.nlmsg_len) {
        const gssize n = recv(fd, answer.bytes, sizeof answer.bytes, 0);
        if (n > 0)
            index = interface_in(answer.bytes, (gsize)n);
    }
    close(fd);
    return index;
}

/* Point-to-point and TUN devices, WireGuard's and ours included: all say so by their type. */
static gboolean
is_tunnel(const char *ifname)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq ifr = {0};

    g_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    const gboolean known = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &ifr) == 0;
    if (fd >= 0)
        close(fd);
    return known &&
           (ifr.ifr_hwaddr.sa_family == ARPHRD_NONE || ifr.ifr_hwaddr.sa_family == ARPHRD_PPP);
}

static gboolean
is_ours(DtDialerClient *client, const char *ifname)
{
    GListModel *list = client == NULL ? NULL : dt_dialer_client_get_connections(client);

    for (guint i = 0; list != NULL && i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(list, i);
        GVariant *details = dt_connection_get_details(c);
        const char *own = "";

        if (details != NULL && g_variant_lookup(details, "interface", "&s", &own) &&
            g_str_equal(own, ifname) && g_strcmp0(dt_connection_get_state(c), "idle") != 0)
            return TRUE;
    }
    return FALSE;
}

void
cli_diagnose_others(struct cli_diagnosis *d, DtDialerClient *client)
{
    char ifname[IF_NAMESIZE] = "";

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        const guint32 index = way_to(places[i].family, places[i].address);

        if (index == 0 || if_indextoname(index, ifname) == NULL || !is_tunnel(ifname) ||
            is_ours(client, ifname)) /* cli_diagnose_service() tells of those */
            continue;
        g_autofree char *text = g_strdup_printf(
            places[i].family == AF_INET
                ? _("All traffic goes through another VPN already (%s): the servers are reached "
                    "through it, or not at all.")
                : _("All IPv6 traffic goes through another VPN already (%s): servers with an IPv6 "
                    "address are reached through it, or not at all."),
            ifname);
        cli_step_say(d, "service", "other-vpn", _("Other VPNs"), PROBE_WARN, text);
        return;
    }
}
