/* helper-net.c - see helper-net.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-net.h"

#include "helper-netlink.h"
#include "helper-netns.h"

#include <netlink/netlink.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

enum {
    LINK_LOCAL_PREFIX = 64,
};

struct helper_net {
    int net_ns;
    struct helper_netlink *nl;
    struct nl_sock *watch; /* NULL until helper_net_watch() */
};

static int
talk_each(struct helper_net *net, struct nl_msg *msg, helper_netlink_each each, void *ctx)
{
    return helper_netlink_talk(net->nl, msg, each, ctx);
}

static int
talk(struct helper_net *net, struct nl_msg *msg)
{
    return helper_netlink_talk(net->nl, msg, NULL, NULL);
}

static struct nl_msg *
request(int type, int flags, const void *header, size_t size)
{
    return helper_netlink_request(type, flags, header, size);
}

static int
connect_netlink(void *ctx)
{
    struct helper_net *net = ctx;

    net->nl = helper_netlink_new(NETLINK_ROUTE);
    return net->nl == NULL ? -EIO : 0;
}

struct helper_net *
helper_net_new(int net_ns, int *ret_error)
{
    struct helper_net *net = calloc(1, sizeof *net);

    if (net == NULL) {
        *ret_error = -ENOMEM;
        return NULL;
    }
    net->net_ns = net_ns;
    *ret_error = helper_netns_call(net_ns, connect_netlink, net);
    if (*ret_error < 0) {
        helper_net_free(net);
        return NULL;
    }
    return net;
}

void
helper_net_free(struct helper_net *net)
{
    if (net == NULL)
        return;
    if (net->watch != NULL)
        nl_socket_free(net->watch);
    helper_netlink_free(net->nl);
    free(net);
}

static int
open_tun(void *ctx)
{
    struct helper_tun *ret = ctx;
    static const unsigned tso = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    static const unsigned uso = TUN_F_USO4 | TUN_F_USO6;
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR,
                        .ifr_name = HELPER_TUN_PREFIX "%d"};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return -errno;
    if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
        const int err = -errno;
        close(fd);
        return err;
    }
    *ret = (struct helper_tun){.fd = fd};
    ret->uso = ioctl(fd, TUNSETOFFLOAD, (unsigned long)(tso | uso)) == 0;
    ret->tso = ret->uso || ioctl(fd, TUNSETOFFLOAD, (unsigned long)tso) == 0;
    memcpy(ret->name, ifr.ifr_name, sizeof ret->name);
    ret->name[sizeof ret->name - 1] = '\0';
    ret->ifindex = if_nametoindex(ret->name);
    return 0;
}

int
helper_net_open_tun(struct helper_net *net, struct helper_tun *ret)
{
    return helper_netns_call(net->net_ns, open_tun, ret);
}

static struct nl_msg *
link_request(uint32_t ifindex, unsigned flags)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC,
                                   .ifi_index = (int)ifindex,
                                   .ifi_flags = flags,
                                   .ifi_change = flags};

    return request(RTM_NEWLINK, 0, &link, sizeof link);
}

/* The tunnel's own interface identifier makes the only link-local address. */
static void
put_no_generated_address(struct nl_msg *msg)
{
    struct nlattr *families = nla_nest_start(msg, IFLA_AF_SPEC);
    struct nlattr *inet6 = nla_nest_start(msg, AF_INET6);

    nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    nla_nest_end(msg, inet6);
    nla_nest_end(msg, families);
}

int
helper_net_link_up(struct helper_net *net, uint32_t ifindex, uint16_t mtu,
                   const struct helper_queue *queue)
{
    struct nl_msg *msg = link_request(ifindex, 0);

    /* On its own, for it is refused where IPv6 is not there at all. */
    if (msg != NULL)
        put_no_generated_address(msg);
    talk(net, msg);
    msg = queue->octets != 0 ? link_request(ifindex, 0) : NULL;
    if (msg != NULL) { /* on its own as well: an old kernel goes on with 64 KB */
        nla_put_u32(msg, IFLA_GSO_MAX_SIZE, queue->octets);
        talk(net, msg);
    }

    msg = link_request(ifindex, IFF_UP);
    if (msg != NULL) {
        nla_put_u32(msg, IFLA_MTU, mtu);
        nla_put_u32(msg, IFLA_TXQLEN, queue->packets);
    }
    return talk(net, msg);
}

int
helper_net_set_mtu(struct helper_net *net, uint32_t ifindex, uint16_t mtu)
{
    struct nl_msg *msg = link_request(ifindex, 0);

    if (msg != NULL)
        nla_put_u32(msg, IFLA_MTU, mtu);
    return talk(net, msg);
}

struct link_facts {
    bool found, tun;
    char name[IFNAMSIZ];
    uint64_t sent;
};

static void
note_link(struct nlmsghdr *h, void *ctx)
{
    static struct nla_policy kinds[IFLA_INFO_MAX + 1] = {[IFLA_INFO_KIND] = {.type = NLA_STRING}};
    struct nlattr *a[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
    struct link_facts *facts = ctx;

    if (nlmsg_parse(h, sizeof(struct ifinfomsg), a, IFLA_MAX, NULL) < 0)
        return;
    facts->found = true;
    if (a[IFLA_IFNAME] != NULL)
        nla_strlcpy(facts->name, a[IFLA_IFNAME], sizeof facts->name);
    if (a[IFLA_LINKINFO] != NULL &&
        nla_parse_nested(info, IFLA_INFO_MAX, a[IFLA_LINKINFO], kinds) == 0 &&
        info[IFLA_INFO_KIND] != NULL)
        facts->tun = strcmp(nla_get_string(info[IFLA_INFO_KIND]), "tun") == 0;
    if (a[IFLA_STATS64] != NULL &&
        (size_t)nla_len(a[IFLA_STATS64]) >= offsetof(struct rtnl_link_stats64, rx_bytes)) {
        struct rtnl_link_stats64 stats = {0};
        memcpy(&stats, nla_data(a[IFLA_STATS64]),
               (size_t)nla_len(a[IFLA_STATS64]) < sizeof stats ? (size_t)nla_len(a[IFLA_STATS64])
                                                               : sizeof stats);
        facts->sent = stats.tx_packets;
    }
}

static int
link_facts(struct helper_net *net, uint32_t ifindex, struct link_facts *ret)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};

    *ret = (struct link_facts){0};
    const int err = talk_each(net, request(RTM_GETLINK, 0, &link, sizeof link), note_link, ret);
    return err == 0 && !ret->found ? -ENODEV : err;
}

int
helper_net_delete_link(struct helper_net *net, uint32_t ifindex, const char *name)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
    struct link_facts facts;
    const int err = link_facts(net, ifindex, &facts);

    if (err < 0)
        return err;
    if (!facts.tun || strcmp(facts.name, name) != 0)
        return -ENODEV; /* another one took the number */
    return talk(net, request(RTM_DELLINK, 0, &link, sizeof link));
}

int
helper_net_sent(struct helper_net *net, uint32_t ifindex, uint64_t *ret)
{
    struct link_facts facts;
    const int err = link_facts(net, ifindex, &facts);

    if (err == 0)
        *ret = facts.sent;
    return err;
}

static int
add_address(struct helper_net *net, const struct ifaddrmsg *header, const void *local,
            const void *peer, unsigned flags)
{
    struct nl_msg *msg = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, header, sizeof *header);
    const int size = header->ifa_family == AF_INET ? 4 : 16;

    if (msg != NULL) {
        nla_put(msg, IFA_LOCAL, size, local);
        nla_put(msg, IFA_ADDRESS, size, peer);
        nla_put_u32(msg, IFA_FLAGS, flags);
    }
    return talk(net, msg);
}

int
helper_net_add_address4(struct helper_net *net, uint32_t ifindex, uint32_t local, uint32_t peer)
{
    const struct ifaddrmsg header = {
        .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = ifindex};
    const uint32_t l = htonl(local), p = htonl(peer != 0 ? peer : local);

    return add_address(net, &header, &l, &p, 0);
}

int
helper_net_delete_address4(struct helper_net *net, uint32_t ifindex, uint32_t local)
{
    const struct ifaddrmsg header = {
        .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = ifindex};
    struct nl_msg *msg = request(RTM_DELADDR, 0, &header, sizeof header);
    const uint32_t l = htonl(local);

    if (msg != NULL)
        nla_put(msg, IFA_LOCAL, sizeof l, &l);
    return talk(net, msg);
}

int
helper_net_add_address6(struct helper_net *net, uint32_t ifindex, const uint8_t local[static 16])
{
    const struct ifaddrmsg header = {.ifa_family = AF_INET6,
                                     .ifa_prefixlen = LINK_LOCAL_PREFIX,
                                     .ifa_scope = RT_SCOPE_LINK,
                                     .ifa_index = ifindex};

    /* IPV6CP made it unique on this link of two: there is nobody to ask. */
    return add_address(net, &header, local, local, IFA_F_NODAD);
}

static struct nl_msg *
route_request(int type, int flags, const struct helper_route *route)
{
    static const uint8_t types[] = {
        [HELPER_ROUTE_UNICAST] = RTN_UNICAST,
        [HELPER_ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
        [HELPER_ROUTE_THROW] = RTN_THROW,
    };
    const bool four = route->to.family == 4;
    const struct rtmsg header = {
        .rtm_family = four ? AF_INET : AF_INET6,
        .rtm_dst_len = route->to.prefix,
        .rtm_table = RT_TABLE_UNSPEC,
        .rtm_protocol = HELPER_ROUTE_PROTOCOL,
        .rtm_scope =
            route->type == HELPER_ROUTE_UNICAST && four ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
        .rtm_type = types[route->type],
    };
    struct nl_msg *msg = request(type, flags, &header, sizeof header);

    if (msg == NULL)
        return NULL;
    nla_put_u32(msg, RTA_TABLE, route->table != 0 ? route->table : HELPER_TABLE);
    if (route->to.prefix > 0)
        nla_put(msg, RTA_DST, four ? 4 : 16, route->to.address);
    nla_put_u32(msg, RTA_PRIORITY, route->metric);
    if (route->type == HELPER_ROUTE_UNICAST)
        nla_put_u32(msg, RTA_OIF, route->ifindex);
    return msg;
}

int
helper_net_add_route(struct helper_net *net, const struct helper_route *route)
{
    return talk(net, route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route));
}

int
helper_net_delete_route(struct helper_net *net, const struct helper_route *route)
{
    return talk(net, route_request(RTM_DELROUTE, 0, route));
}

static struct nl_msg *
rule_request(int type, int flags, const struct helper_rule *rule)
{
    const bool four = rule->family == 4;
    const struct fib_rule_hdr header = {
        .family = four ? AF_INET : AF_INET6,
        .dst_len = rule->to.prefix,
        .table = RT_TABLE_UNSPEC,
        .action = FR_ACT_TO_TBL,
        .flags = rule->unmarked ? FIB_RULE_INVERT : 0,
    };
    struct nl_msg *msg = request(type, flags, &header, sizeof header);

    if (msg == NULL)
        return NULL;
    nla_put_u32(msg, FRA_PRIORITY, rule->preference);
    nla_put_u32(msg, FRA_TABLE, rule->table);
    nla_put_u8(msg, FRA_PROTOCOL, HELPER_ROUTE_PROTOCOL);
    if (rule->unmarked) {
        nla_put_u32(msg, FRA_FWMARK, HELPER_MARK);
        nla_put_u32(msg, FRA_FWMASK, UINT32_MAX);
    }
    if (rule->to.family != 0)
        nla_put(msg, FRA_DST, four ? 4 : 16, rule->to.address);
    if (rule->protocol != 0)
        nla_put_u8(msg, FRA_IP_PROTO, rule->protocol);
    if (rule->source_port != 0) {
        const struct fib_rule_port_range from = {rule->source_port, rule->source_port};
        const struct fib_rule_port_range to = {rule->destination_port, rule->destination_port};
        nla_put(msg, FRA_SPORT_RANGE, sizeof from, &from);
        nla_put(msg, FRA_DPORT_RANGE, sizeof to, &to);
    }
    return msg;
}

int
helper_net_add_rule(struct helper_net *net, const struct helper_rule *rule)
{
    return talk(net, rule_request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule));
}

int
helper_net_delete_rule(struct helper_net *net, const struct helper_rule *rule)
{
    return talk(net, rule_request(RTM_DELRULE, 0, rule));
}

struct connected {
    uint32_t except;
    struct net_route *out;
    int n, cap;
};

static void
note_connected(struct nlmsghdr *h, void *ctx)
{
    const struct rtmsg *header = nlmsg_data(h);
    struct nlattr *a[RTA_MAX + 1];
    struct connected *c = ctx;

    if (nlmsg_parse(h, sizeof *header, a, RTA_MAX, NULL) < 0 || a[RTA_DST] == NULL ||
        a[RTA_OIF] == NULL || a[RTA_GATEWAY] != NULL || c->n == c->cap)
        return;
    const uint32_t table = a[RTA_TABLE] != NULL ? nla_get_u32(a[RTA_TABLE]) : header->rtm_table;
    const int size = header->rtm_family == AF_INET ? 4 : 16;
    if (table != RT_TABLE_MAIN || header->rtm_type != RTN_UNICAST || header->rtm_dst_len == 0 ||
        header->rtm_protocol != RTPROT_KERNEL || nla_get_u32(a[RTA_OIF]) == c->except ||
        nla_len(a[RTA_DST]) != size)
        return;

    struct net_route *r = &c->out[c->n++];
    *r = (struct net_route){.family = size == 4 ? 4 : 6, .prefix = header->rtm_dst_len};
    memcpy(r->address, nla_data(a[RTA_DST]), (size_t)size);
}

int
helper_net_connected(struct helper_net *net, uint32_t except, struct net_route *out, int cap)
{
    static const uint8_t families[] = {AF_INET, AF_INET6};
    struct connected c = {.except = except, .out = out, .cap = cap};

    for (size_t i = 0; i < sizeof families; i++) {
        const struct rtmsg header = {.rtm_family = families[i]};
        const int err = talk_each(net, request(RTM_GETROUTE, NLM_F_DUMP, &header, sizeof header),
                                  note_connected, &c);
        if (err < 0 && families[i] == AF_INET)
            return err;
    }
    return c.n;
}

struct address_search {
    uint32_t except, only;  /* interfaces; 0: any */
    uint32_t wanted4;       /* network order */
    const uint8_t *wanted6; /* NULL: any beyond the link */
    bool found;
};

static void
match_address(struct nlmsghdr *h, void *ctx)
{
    const struct ifaddrmsg *header = nlmsg_data(h);
    struct address_search *s = ctx;
    struct nlattr *a[IFA_MAX + 1];

    if (nlmsg_parse(h, sizeof *header, a, IFA_MAX, NULL) < 0 || header->ifa_index == s->except ||
        (s->only != 0 && header->ifa_index != s->only))
        return;
    if (header->ifa_family == AF_INET6 && s->wanted6 == NULL)
        s->found |= header->ifa_scope == RT_SCOPE_UNIVERSE;
    else if (header->ifa_family == AF_INET6)
        s->found |= a[IFA_ADDRESS] != NULL && nla_len(a[IFA_ADDRESS]) == 16 &&
                    memcmp(nla_data(a[IFA_ADDRESS]), s->wanted6, 16) == 0;
    else if (a[IFA_LOCAL] != NULL && nla_len(a[IFA_LOCAL]) == 4)
        s->found |= nla_get_u32(a[IFA_LOCAL]) == s->wanted4;
}

static int
find_address(struct helper_net *net, uint8_t family, struct address_search *s)
{
    const struct ifaddrmsg header = {.ifa_family = family};
    const int err =
        talk_each(net, request(RTM_GETADDR, NLM_F_DUMP, &header, sizeof header), match_address, s);

    return err < 0 ? err : s->found;
}

int
helper_net_has_address4(struct helper_net *net, uint32_t except, uint32_t address)
{
    struct address_search s = {.except = except, .wanted4 = htonl(address)};

    return find_address(net, AF_INET, &s);
}

int
helper_net_has_address(struct helper_net *net, uint8_t family, const uint8_t *octets)
{
    struct address_search s = {0};

    if (family == 4)
        memcpy(&s.wanted4, octets, 4);
    else
        s.wanted6 = octets;
    return find_address(net, family == 4 ? AF_INET : AF_INET6, &s);
}

int
helper_net_has_global6(struct helper_net *net, uint32_t ifindex)
{
    struct address_search s = {.only = ifindex};

    return find_address(net, AF_INET6, &s);
}

static void
note_way(struct nlmsghdr *h, void *ctx)
{
    struct nlattr *a[RTA_MAX + 1];
    uint32_t *ifindex = ctx;

    if (nlmsg_parse(h, sizeof(struct rtmsg), a, RTA_MAX, NULL) == 0 && a[RTA_OIF] != NULL)
        *ifindex = nla_get_u32(a[RTA_OIF]);
}

bool
helper_net_way_to(struct helper_net *net, const struct net_route *to, uint32_t *ret_ifindex,
                  char ret_name[static IFNAMSIZ])
{
    const bool four = to->family == 4;
    const struct rtmsg header = {.rtm_family = four ? AF_INET : AF_INET6,
                                 .rtm_dst_len = to->prefix};
    struct nl_msg *msg = request(RTM_GETROUTE, 0, &header, sizeof header);
    struct link_facts facts;

    *ret_ifindex = 0;
    if (msg != NULL)
        nla_put(msg, RTA_DST, four ? 4 : 16, to->address);
    if (talk_each(net, msg, note_way, ret_ifindex) < 0 || *ret_ifindex == 0 ||
        link_facts(net, *ret_ifindex, &facts) < 0)
        return false;
    memcpy(ret_name, facts.name, IFNAMSIZ);
    return true;
}

static int
connect_watch(void *ctx)
{
    struct helper_net *net = ctx;

    net->watch = nl_socket_alloc();
    return net->watch == NULL || nl_connect(net->watch, NETLINK_ROUTE) < 0 ||
                   nl_socket_add_memberships(net->watch, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                             RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, 0) < 0 ||
                   nl_socket_set_nonblocking(net->watch) < 0
               ? -EIO
               : 0;
}

int
helper_net_watch(struct helper_net *net)
{
    if (net->watch == NULL && helper_netns_call(net->net_ns, connect_watch, net) < 0)
        return -EIO;
    return nl_socket_get_fd(net->watch);
}

void
helper_net_drain(struct helper_net *net)
{
    char rest[4096];

    /* What changed is looked up afresh; ENOBUFS (some were lost) is as good as a message. */
    while (recv(nl_socket_get_fd(net->watch), rest, sizeof rest, MSG_DONTWAIT) >= 0 ||
           errno == ENOBUFS || errno == EINTR)
        ;
}
