/* cli-profile-json.c - a profile as JSON: what it means, and each value with its origin.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-profile.h"

#include "cli-json.h"
#include "profile-fields.h"
#include "profile-filter.h"
#include "profile-others.h"

/* "PPTP, SSTP": in the order to try */
char *
cli_protocol_names(const ProfileSummary *s)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < s->n_protocols; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               profile_protocol_name(s->protocols[i]));
    return g_string_free(text, FALSE);
}

void
cli_add_summary(JsonBuilder *b, const ProfileSummary *s)
{
    g_autofree char *protocols = cli_protocol_names(s);

    cli_json_text(b, "name", s->name);
    cli_json_text(b, "id", s->id);
    cli_json_flag(b, "system", s->system);
    cli_json_text(b, "protocol", protocols);
    cli_json_text(b, "kind",
                  s->kind == PROFILE_VPN         ? "vpn"
                  : s->kind == PROFILE_BROADBAND ? "broadband"
                                                 : "dial-up");
    json_builder_set_member_name(b, "servers");
    json_builder_begin_array(b);
    for (guint i = 0; s->servers[i] != NULL; i++)
        json_builder_add_string_value(b, s->servers[i]);
    json_builder_end_array(b);
}

static void
add_auth(JsonBuilder *b, const Profile *p)
{
    static const struct {
        unsigned bit;
        const char *name;
    } methods[] = {{PLAN_AUTH_MSCHAPV2, "ms-chapv2"}, {PLAN_AUTH_EAP_MSCHAPV2, "eap-mschapv2"},
                   {PLAN_AUTH_EAP_TLS, "eap-tls"},    {PLAN_AUTH_PEAP, "peap"},
                   {PLAN_AUTH_CHAP_MD5, "chap-md5"},  {PLAN_AUTH_PAP, "pap"}};

    json_builder_set_member_name(b, "auth");
    json_builder_begin_array(b);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if ((profile_auth(p) & methods[i].bit) != 0)
            json_builder_add_string_value(b, methods[i].name);
    json_builder_end_array(b);
}

static void
add_foreign(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "connect_actions");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "event", a->event);
        cli_json_text(b, "key", a->key);
        cli_json_text(b, "command", a->command);
        cli_json_text(b, "description", a->description);
        cli_json_flag(b, "replaced", a->replaced);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_set_member_name(b, "other_settings");
    json_builder_begin_array(b);
    g_autoptr(GPtrArray) others = profile_other_settings(p);
    for (guint i = 0; i < others->len; i++) {
        const struct profile_other *o = others->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "file", o->file);
        cli_json_text(b, "section", o->section);
        cli_json_text(b, "key", o->key);
        cli_json_text(b, "value", o->value);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

/* {"file", "section", "key"}; nothing for a default; {"user": true} when it was changed here. */
static void
add_origin(JsonBuilder *b, const Profile *p, const char *name, const char *now)
{
    const struct profile_origin *o = profile_origin(p, name);

    json_builder_set_member_name(b, "origin");
    json_builder_begin_object(b);
    if (o != NULL && now != NULL && !g_str_equal(o->value, now)) {
        cli_json_text(b, "changed_from", o->value);
    }
    if (o != NULL) {
        cli_json_text(b, "file", o->file);
        cli_json_text(b, "section", o->section);
        cli_json_text(b, "key", o->key);
    }
    json_builder_end_object(b);
}

static void
add_value(JsonBuilder *b, const struct profile_field *f, const Profile *p)
{
    json_builder_set_member_name(b, "value");
    if (f->type == FIELD_TEXT)
        json_builder_add_string_value(b, *field_text(f, (Profile *)p));
    else if (f->type == FIELD_NUMBER)
        json_builder_add_int_value(b, field_number(f, p));
    else
        json_builder_add_boolean_value(b, field_number(f, p) != 0);
}

/* Every typed value by the group and key of its name, with where it comes from. */
static void
add_settings(JsonBuilder *b, const Profile *p)
{
    const char *group = "";

    json_builder_set_member_name(b, "settings");
    json_builder_begin_object(b);
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        g_autofree char *name = field_name(f), *value = field_value(f, p);

        if (!g_str_equal(group, field_group(f->scope))) {
            if (*group != '\0')
                json_builder_end_object(b);
            group = field_group(f->scope);
            json_builder_set_member_name(b, group);
            json_builder_begin_object(b);
        }
        json_builder_set_member_name(b, f->key);
        json_builder_begin_object(b);
        add_value(b, f, p);
        if (!profile_field_used(f))
            cli_json_flag(b, "used", FALSE);
        add_origin(b, p, name, value);
        json_builder_end_object(b);
    }
    json_builder_end_object(b);
    json_builder_end_object(b);
}

static void
add_item(JsonBuilder *b, const Profile *p, const char *list, const char *what, const char *value)
{
    g_autofree char *name = g_strconcat(list, "/", value, NULL);

    cli_json_text(b, what, value);
    add_origin(b, p, name, NULL);
}

static void
add_servers(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "server_list");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "label", s->label);
        add_item(b, p, "Server", "address", s->address);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void
add_list(JsonBuilder *b, const Profile *p, const char *member, const char *list,
         const GPtrArray *texts)
{
    json_builder_set_member_name(b, member);
    json_builder_begin_array(b);
    for (guint i = 0; i < texts->len; i++) {
        json_builder_begin_object(b);
        add_item(b, p, list, "value", texts->pdata[i]);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void
add_dns_rules(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "dns_rules");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *r = p->dns_rules->pdata[i];
        json_builder_begin_object(b);
        add_item(b, p, "DNS rule", "domain", r->domain);
        cli_json_text(b, "servers", r->servers);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

/* A setting of how access numbers are sorted: nothing, when the file does not have it. */
static void
add_number_setting(JsonBuilder *b, const Profile *p, const char *member, const char *key,
                   const char *name, const char *value)
{
    g_autofree char *origin = g_strconcat("ISP/", key, name, NULL);

    json_builder_set_member_name(b, member);
    json_builder_begin_object(b);
    if (value != NULL) {
        cli_json_text(b, "value", value);
        add_origin(b, p, origin, value);
    }
    json_builder_end_object(b);
}

static void
add_bits(JsonBuilder *b, const Profile *p, const char *member, const char *key, const char *name,
         gboolean has, guint32 bits)
{
    g_autofree char *origin = g_strconcat("ISP/", key, name, NULL);

    json_builder_set_member_name(b, member);
    json_builder_begin_object(b);
    cli_json_number(b, "value", bits);
    if (has)
        add_origin(b, p, origin, NULL);
    json_builder_end_object(b);
}

static void
add_filters(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "filters");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->filters->len; i++) {
        const struct profile_filter *f = p->filters->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "name", f->name);
        add_bits(b, p, "mask", "Mask&", f->name, f->has_mask, f->mask);
        add_bits(b, p, "match", "Match&", f->name, f->has_match, f->match);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_set_member_name(b, "number_lists");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->number_lists->len; i++) {
        const struct profile_reference *r = p->number_lists->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "reference", r->name);
        add_number_setting(b, p, "cms_file", "CMSFile&", r->name, r->cms_file);
        add_number_setting(b, p, "filter_a", "FilterA&", r->name, r->filter_a);
        add_number_setting(b, p, "filter_b", "FilterB&", r->name, r->filter_b);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void
add_service_types(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "service_types");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->service_types->len; i++) {
        const struct profile_service_type *s = p->service_types->pdata[i];
        json_builder_begin_object(b);
        add_item(b, p, "Service Types", "text", s->text);
        cli_json_text(b, "filter", s->filter);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

JsonNode *
cli_profile_node(const Profile *p)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(ProfileSummary) summary = profile_summary_of(p);
    g_autoptr(GError) problem = NULL;

    json_builder_begin_object(b);
    cli_add_summary(b, summary);
    cli_json_text(b, "source", p->source);
    cli_json_text(b, "encoding", p->encoding);
    cli_json_text(b, "service_message", p->service_message);
    cli_json_text(b, "user", p->user);
    cli_json_text(b, "domain", p->domain);
    cli_json_text(b, "user_prefix", p->user_prefix);
    cli_json_text(b, "user_suffix", p->user_suffix);
    cli_json_number(b, "vpn_strategy", p->dun.vpn_strategy);
    add_auth(b, p);
    cli_json_flag(b, "default_gateway", p->dun.gateway_on_remote);
    cli_json_flag(b, "register_dns", p->dun.register_dns || p->dun.register_suffix);
    cli_json_flag(b, "register_suffix", p->dun.register_suffix);
    cli_json_flag(b, "register_wins", p->dun.register_wins);
    cli_json_flag(b, "ipv4", p->dun.ipv4);
    cli_json_flag(b, "ipv6", p->dun.ipv6);
    cli_json_texts(b, "routes", p->routes);
    cli_json_number(b, "redial_count", p->redial_count);
    cli_json_number(b, "redial_delay", p->redial_delay);
    cli_json_flag(b, "redial_on_link_failure", p->redial_on_drop);
    cli_json_number(b, "idle_timeout", p->idle_timeout);
    cli_json_flag(b, "hide_domain", p->hide_domain);
    cli_json_flag(b, "hide_remember_password", p->hide_remember_password);
    cli_json_flag(b, "own_authorities", *p->ca_pem != '\0');
    cli_json_text(b, "certificate_pin", p->pin);
    cli_json_text(b, "eap_certificate_pin", p->eap.pin);
    profile_validate(p, &problem);
    cli_json_text(b, "problem", problem == NULL ? "" : problem->message);
    cli_json_texts(b, "warnings", warnings);
    add_foreign(b, p);
    add_settings(b, p);
    add_servers(b, p);
    add_list(b, p, "route_list", "Route", p->routes);
    add_list(b, p, "dns_search", "DNS search", p->dns_search);
    add_dns_rules(b, p);
    add_filters(b, p);
    add_service_types(b, p);
    json_builder_end_object(b);
    return json_builder_get_root(b);
}
