/* ps-script.c - see ps-script.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ps-script.h"

#include "ps-object.h"

#include <string.h>

enum kind {
    TOKEN_WORD,     /* bare: a command, "-Name", a value */
    TOKEN_TEXT,     /* in quotes */
    TOKEN_VARIABLE, /* $name: not yet looked up */
    TOKEN_SPLAT,    /* @name */
    TOKEN_COMMA,
    TOKEN_COMPUTED,
};

struct token {
    enum kind kind;
    char *text;
};

struct value {
    GPtrArray *items; /* char * */
    gboolean computed;
};

struct script {
    const char *at;
    guint line, arrays;    /* arrays: how deep in @( ) */
    GArray *tokens;        /* of the statement so far */
    guint first_line;      /* where it began */
    GHashTable *variables; /* lower case name -> struct value */
    GHashTable *tables;    /* lower case name -> GPtrArray of struct ps_argument */
    GPtrArray *table;      /* that is being read, or NULL; */
    gboolean broken;       /* what is in it is more than keys and values */
    GPtrArray *literal;    /* the @{ } of the statement, or NULL */
    GPtrArray *commands;
    gsize copied; /* octets, out of variables */
};

/* Variables can double each other; a script that means a connection comes nowhere near. */
#define MAX_COPIED ((gsize)4 * PS_MAX_TEXT)

/* A key may be among them. */
static void
wipe(gpointer text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static void
token_clear(gpointer data)
{
    wipe(((struct token *)data)->text);
}

static struct value *
value_new(void)
{
    struct value *v = g_new0(struct value, 1);

    v->items = g_ptr_array_new_with_free_func(wipe);
    return v;
}

static void
value_free(gpointer data)
{
    struct value *v = data;

    g_ptr_array_unref(v->items);
    g_free(v);
}

static void
argument_free(gpointer data)
{
    struct ps_argument *a = data;

    g_free(a->name);
    g_ptr_array_unref(a->values);
    g_free(a);
}

static void
command_free(gpointer data)
{
    struct ps_command *c = data;

    g_free(c->name);
    g_free(c->splatted);
    g_ptr_array_unref(c->arguments);
    g_free(c);
}

static const struct value *
variable(const struct script *s, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);

    return g_hash_table_lookup(s->variables, lower);
}

static gboolean
may_copy(struct script *s, const char *text)
{
    s->copied += strlen(text) + sizeof(char *);
    return s->copied <= MAX_COPIED;
}

/* --- characters --- */

static char
next(struct script *s)
{
    const char c = *s->at;

    s->at += c != '\0';
    s->line += c == '\n';
    return c;
}

static gboolean
looking_at(const struct script *s, const char *word)
{
    return strncmp(s->at, word, strlen(word)) == 0;
}

static void
skip(struct script *s, gsize n)
{
    while (n-- > 0)
        next(s);
}

static gboolean
of_name(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static char
escaped(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? ' ' : c;
}

static void
add(struct script *s, enum kind kind, char *text)
{
    const struct token t = {kind, text};

    if (s->tokens->len == PS_MAX_TOKENS) { /* the last one says that it is not all */
        g_array_index(s->tokens, struct token, PS_MAX_TOKENS - 1).kind = TOKEN_COMPUTED;
        wipe(text);
        return;
    }
    if (s->tokens->len == 0)
        s->first_line = s->line;
    g_array_append_val(s->tokens, t);
}

static char *
take_name(struct script *s)
{
    const char *from = s->at;

    while (of_name(*s->at))
        s->at++;
    return g_strndup(from, (gsize)(s->at - from));
}

/* Up to the closing bracket of the one that was just read, whatever is inside. */
static void
skip_brackets(struct script *s, char open, char close)
{
    char quote = '\0';

    for (guint depth = 1; depth > 0 && *s->at != '\0';) {
        const char c = next(s);
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '#' && strchr(" \t\r\n;({", s->at[-2]) != NULL)
            s->at += strcspn(s->at, "\n");
        else
            depth = depth + (c == open) - (c == close);
        if (c == '`')
            next(s);
    }
}

/* --- quotes --- */

/* $name and ${name} inside quotes; FALSE: it would have to be computed. */
static gboolean
take_inner(struct script *s, GString *out)
{
    const gboolean braces = *s->at == '{';

    s->at += braces;
    g_autofree char *name = take_name(s);
    const struct value *v = variable(s, name);
    if (braces && *s->at != '}')
        return FALSE;
    s->at += braces;
    if (*s->at == '(' && *name == '\0') {
        next(s);
        skip_brackets(s, '(', ')');
        return FALSE;
    }
    if (*name == '\0') {
        g_string_append_c(out, '$');
        return TRUE;
    }
    if (v == NULL || v->computed || v->items->len != 1 || *s->at == ':' ||
        !may_copy(s, v->items->pdata[0]))
        return FALSE;
    g_string_append(out, v->items->pdata[0]);
    return TRUE;
}

static void
take_double(struct script *s)
{
    GString *out = g_string_new(NULL);
    gboolean known = TRUE;

    while (*s->at != '\0') {
        const char c = next(s);
        if (c == '"' && *s->at != '"')
            break;
        if (c == '"')
            next(s);
        if (c == '$')
            known &= take_inner(s, out);
        else
            g_string_append_c(out, c == '`' ? escaped(next(s)) : c);
    }
    add(s, known ? TOKEN_TEXT : TOKEN_COMPUTED, g_string_free(out, FALSE));
}

static void
take_single(struct script *s)
{
    GString *out = g_string_new(NULL);

    while (*s->at != '\0') {
        const char c = next(s);
        if (c == '\'' && *s->at != '\'')
            break;
        if (c == '\'')
            next(s);
        g_string_append_c(out, c);
    }
    add(s, TOKEN_TEXT, g_string_free(out, FALSE));
}

/* @' and the lines after it, up to '@ at the start of one. */
static void
take_here_string(struct script *s, const char *end)
{
    const char *begin = strchr(s->at, '\n');
    const char *stop = begin == NULL ? NULL : strstr(begin, end);

    if (stop == NULL) {
        skip(s, strlen(s->at));
        add(s, TOKEN_COMPUTED, g_strdup(""));
        return;
    }
    char *text = stop == begin ? g_strdup("") : g_strndup(begin + 1, (gsize)(stop - begin - 1));
    const gboolean computed = end[1] == '"' && strchr(text, '$') != NULL;
    skip(s, (gsize)(stop - s->at) + strlen(end));
    add(s, computed ? TOKEN_COMPUTED : TOKEN_TEXT, text);
}

/* --- the other tokens --- */

static void
forget_table(struct script *s, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);

    g_hash_table_remove(s->tables, lower);
}

/* What New-EapConfiguration makes is asked for by this name; it is all that is kept of it. */
static void
skip_member(struct script *s)
{
    static const char member[] = ".EapConfigXmlStream";

    if (g_ascii_strncasecmp(s->at, member, strlen(member)) == 0 && !of_name(s->at[strlen(member)]))
        s->at += strlen(member);
}

static void
take_variable(struct script *s)
{
    const gboolean braces = *s->at == '{';

    s->at += braces;
    char *name = take_name(s);
    s->at += braces && *s->at == '}';
    if (s->tokens->len > 0) /* else it is assigned to */
        skip_member(s);
    if (*name != '\0' && (*s->at == '\0' || strchr(".[:(", *s->at) == NULL)) {
        add(s, TOKEN_VARIABLE, name);
        return;
    }
    if (s->tokens->len == 0) /* $table.Name = ... */
        forget_table(s, name);
    add(s, TOKEN_COMPUTED, name);
    while (*s->at != '\0' && strchr(" \t\r\n;|,)}", *s->at) == NULL)
        if (next(s) == '(')
            skip_brackets(s, '(', ')');
}

/* What assigns: the value may follow without a space. */
static gboolean
is_sign(const struct script *s)
{
    return *s->at == '=' && s->tokens->len == 1 &&
           (s->table != NULL || g_array_index(s->tokens, struct token, 0).kind == TOKEN_VARIABLE);
}

static void
take_word(struct script *s)
{
    GString *out = g_string_new(NULL);

    if (is_sign(s)) {
        next(s);
        add(s, TOKEN_WORD, g_strdup("="));
        g_string_free(out, TRUE);
        return;
    }
    while (*s->at != '\0' && strchr(" \t\r\n;|&,(){}\"'", *s->at) == NULL) {
        if (*s->at == '`' && strchr("\r\n", s->at[1]) != NULL)
            break;
        if (*s->at == '=' && s->table != NULL && s->tokens->len == 0 && out->len > 0)
            break;
        const char c = next(s);
        g_string_append_c(out, c == '`' ? escaped(next(s)) : c);
        if (c == ':' && out->str[0] == '-') /* -Name:value */
            break;
    }
    add(s, TOKEN_WORD, g_string_free(out, FALSE));
}

static GPtrArray *read_table(struct script *s, const char *from, gsize n, guint line);

/* Only one that is assigned by itself is looked into. */
static void
take_table(struct script *s)
{
    const char *from = s->at;
    const guint line = s->line;
    const gboolean assigned = s->table == NULL && s->tokens->len == 2 && s->literal == NULL &&
                              g_array_index(s->tokens, struct token, 0).kind == TOKEN_VARIABLE;

    skip_brackets(s, '{', '}');
    if (assigned && s->at > from && s->at[-1] == '}')
        s->literal = read_table(s, from, (gsize)(s->at - from) - 1, line);
    add(s, TOKEN_COMPUTED, g_strdup(""));
}

static void
take_at(struct script *s)
{
    next(s);
    if (*s->at == '(') {
        next(s);
        s->arrays++;
    } else if (*s->at == '{') {
        next(s);
        take_table(s);
    } else if (*s->at == '\'') {
        take_here_string(s, "\n'@");
    } else if (*s->at == '"') {
        take_here_string(s, "\n\"@");
    } else {
        add(s, TOKEN_SPLAT, take_name(s));
    }
}

static const char *
after_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* A type before a value, as in [string]$a = "b"; @at itself: there is none. */
static const char *
after_cast(const char *at)
{
    const char *end = at + strcspn(at, "]\n");
    const char *value = *at == '[' && *end == ']' ? after_blanks(end + 1) : "";

    return *value == '\0' || strchr("$'\"@(", *value) == NULL ? at : value;
}

static gboolean
skip_cast(struct script *s)
{
    const char *from = s->at;

    s->at = after_cast(from);
    return s->at != from;
}

/* Brackets around a variable and nothing else, as in ([xml]$a); else they are computed. */
static void
take_brackets(struct script *s)
{
    const char *at = after_blanks(after_cast(after_blanks(s->at + 1)));
    struct script inner = {.at = *at == '$' ? at + 1 : at};
    g_autofree char *name = take_name(&inner);

    skip_member(&inner);
    inner.at = after_blanks(inner.at);
    if (*at == '$' && *name != '\0' && *inner.at == ')') {
        s->at = inner.at + 1;
        add(s, TOKEN_VARIABLE, g_steal_pointer(&name));
        return;
    }
    next(s);
    skip_brackets(s, '(', ')');
    add(s, TOKEN_COMPUTED, g_strdup(""));
}

/* --- statements --- */

static void
append(struct script *s, struct value *to, const struct value *from)
{
    to->computed |= from == NULL || from->computed;
    for (guint i = 0; from != NULL && i < from->items->len; i++) {
        if (!may_copy(s, from->items->pdata[i])) {
            to->computed = TRUE;
            return;
        }
        g_ptr_array_add(to->items, g_strdup(from->items->pdata[i]));
    }
}

static void
append_token(struct script *s, struct value *v, const struct token *t)
{
    if (t->kind == TOKEN_VARIABLE)
        append(s, v, variable(s, t->text));
    else if (t->kind == TOKEN_WORD || t->kind == TOKEN_TEXT)
        g_ptr_array_add(v->items, g_strdup(t->text));
    else
        v->computed = TRUE;
}

static const struct token *
token_at(const struct script *s, guint i)
{
    return i < s->tokens->len ? &g_array_index(s->tokens, struct token, i) : NULL;
}

/* "-Name"; a negative number is a value. */
static gboolean
is_parameter(const struct token *t)
{
    return t != NULL && t->kind == TOKEN_WORD && t->text[0] == '-' && g_ascii_isalpha(t->text[1]);
}

/* Items and the commas between them; returns the token behind them. */
static guint
take_list(struct script *s, guint i, struct value *v)
{
    gboolean more = TRUE;

    for (; more; i++) {
        while (token_at(s, i) != NULL && token_at(s, i)->kind == TOKEN_COMMA)
            i++;
        const struct token *t = token_at(s, i);
        if (t == NULL || is_parameter(t) || t->kind == TOKEN_SPLAT)
            return i;
        append_token(s, v, t);
        more = token_at(s, i + 1) != NULL && token_at(s, i + 1)->kind == TOKEN_COMMA;
    }
    return i;
}

static struct ps_argument *
argument_new(const char *name)
{
    struct ps_argument *a = g_new0(struct ps_argument, 1);

    a->name = g_strdup(name);
    if (*name != '\0' && name[strlen(name) - 1] == ':')
        a->name[strlen(name) - 1] = '\0';
    return a;
}

/* What a table says, as if it stood in the command. FALSE: it is not known. */
static gboolean
take_splat(struct script *s, struct ps_command *c, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    const GPtrArray *table = g_hash_table_lookup(s->tables, lower);

    for (guint i = 0; table != NULL && i < table->len; i++) {
        const struct ps_argument *from = table->pdata[i];
        struct ps_argument *a = argument_new(from->name);

        a->values = g_ptr_array_new_with_free_func(wipe);
        a->computed = from->computed;
        for (guint k = 0; k < from->values->len; k++) {
            a->computed |= !may_copy(s, from->values->pdata[k]);
            if (!a->computed)
                g_ptr_array_add(a->values, g_strdup(from->values->pdata[k]));
        }
        g_ptr_array_add(c->arguments, a);
    }
    return table != NULL;
}

static struct ps_command *
command_of(struct script *s, guint i)
{
    struct ps_command *c = g_new0(struct ps_command, 1);

    c->name = g_strdup(token_at(s, i)->text);
    c->line = s->first_line;
    c->arguments = g_ptr_array_new_with_free_func(argument_free);
    for (i++; token_at(s, i) != NULL;) {
        const struct token *t = token_at(s, i);
        struct value v = {g_ptr_array_new_with_free_func(wipe), FALSE};

        if (t->kind == TOKEN_SPLAT && !take_splat(s, c, t->text) && c->splatted == NULL)
            c->splatted = g_strconcat("@", t->text, NULL);
        if (t->kind == TOKEN_SPLAT) {
            g_ptr_array_unref(v.items);
            i++;
            continue;
        }
        struct ps_argument *a = argument_new(is_parameter(t) ? t->text + 1 : "");
        i = take_list(s, is_parameter(t) ? i + 1 : i, &v);
        a->values = v.items;
        a->computed = v.computed;
        g_ptr_array_add(c->arguments, a);
    }
    return c;
}

/* Of an object that a command makes; NULL: computed. */
static struct value *
made(struct script *s, char *(*make)(const struct ps_command *))
{
    struct ps_command *c = command_of(s, 2);
    struct value *v = value_new();
    char *text = make(c);

    v->computed = text == NULL;
    if (text != NULL)
        g_ptr_array_add(v->items, text);
    command_free(c);
    return v;
}

static gboolean
is_word(const struct token *t, const char *word)
{
    return t != NULL && t->kind == TOKEN_WORD && g_ascii_strcasecmp(t->text, word) == 0;
}

static void
assign(struct script *s)
{
    struct value *v;
    guint i;

    if (is_word(token_at(s, 2), "New-VpnServerAddress")) {
        v = made(s, ps_object_server);
    } else if (is_word(token_at(s, 2), "New-EapConfiguration")) {
        v = made(s, ps_object_eap);
    } else {
        v = value_new();
        i = take_list(s, 2, v);
        v->computed |= token_at(s, i) != NULL || !is_word(token_at(s, 1), "=");
        /* A bare word would be a command. */
        v->computed |= token_at(s, 2) != NULL && token_at(s, 2)->kind == TOKEN_WORD &&
                       !g_ascii_isdigit(token_at(s, 2)->text[0]);
    }
    g_hash_table_replace(s->variables, g_ascii_strdown(token_at(s, 0)->text, -1), v);
    forget_table(s, token_at(s, 0)->text);
    if (s->literal != NULL && s->tokens->len == 3 && is_word(token_at(s, 1), "="))
        g_hash_table_replace(s->tables, g_ascii_strdown(token_at(s, 0)->text, -1),
                             g_steal_pointer(&s->literal));
}

/* One line of a table: a key, "=", and what an assignment may have behind it. */
static void
take_row(struct script *s)
{
    const struct token *key = token_at(s, 0), *value = token_at(s, 2);

    if (key == NULL)
        return;
    s->broken |= (key->kind != TOKEN_WORD && key->kind != TOKEN_TEXT) ||
                 !is_word(token_at(s, 1), "=") || value == NULL;
    if (s->broken)
        return;
    struct ps_argument *a = argument_new(key->text);
    struct value v = {g_ptr_array_new_with_free_func(wipe), FALSE};
    const guint end = take_list(s, 2, &v);

    a->values = v.items;
    a->computed = v.computed || token_at(s, end) != NULL || a->values->len == 0 ||
                  (value->kind == TOKEN_WORD && !g_ascii_isdigit(value->text[0]));
    g_ptr_array_add(s->table, a);
}

static gboolean
about_vpn(const char *word)
{
    const char *dash = strchr(word, '-');

    return dash != NULL && g_ascii_strncasecmp(dash, "-Vpn", 4) == 0 && dash > word;
}

static void
end_statement(struct script *s)
{
    const struct token *first = token_at(s, 0), *second = token_at(s, 1);

    if (s->table != NULL)
        take_row(s);
    else if (first != NULL && first->kind == TOKEN_VARIABLE && second != NULL &&
             second->kind == TOKEN_WORD && second->text[0] != '\0' &&
             second->text[strlen(second->text) - 1] == '=')
        assign(s);
    else if (first != NULL && first->kind == TOKEN_WORD && about_vpn(first->text) &&
             s->commands->len < PS_MAX_COMMANDS)
        g_ptr_array_add(s->commands, command_of(s, 0));
    g_array_set_size(s->tokens, 0);
    g_clear_pointer(&s->literal, g_ptr_array_unref);
    s->arrays = 0;
}

/* A comma at the end of a line, and everything inside @( ), goes on behind it. */
static gboolean
goes_on(const struct script *s)
{
    const struct token *last = s->tokens->len == 0 ? NULL : token_at(s, s->tokens->len - 1);

    return s->arrays > 0 || (last != NULL && last->kind == TOKEN_COMMA);
}

static void
take_line_end(struct script *s)
{
    next(s);
    if (s->arrays > 0)
        add(s, TOKEN_COMMA, NULL);
    else if (!goes_on(s))
        end_statement(s);
}

static gboolean
take_space(struct script *s)
{
    if (*s->at == ' ' || *s->at == '\t' || *s->at == '\r') {
        next(s);
    } else if (*s->at == '`') { /* and the end of the line, which does not count then */
        next(s);
        skip(s, *s->at == '\r');
        skip(s, *s->at == '\n');
    } else if (*s->at == '#') {
        s->at += strcspn(s->at, "\n");
    } else if (looking_at(s, "<#")) {
        const char *end = strstr(s->at, "#>");
        skip(s, end == NULL ? strlen(s->at) : (gsize)(end - s->at) + 2);
    } else {
        return FALSE;
    }
    return TRUE;
}

static void
take_token(struct script *s)
{
    const char c = *s->at;

    if (c == '\n')
        take_line_end(s);
    else if (c == ',')
        next(s), add(s, TOKEN_COMMA, NULL);
    else if (c == ')')
        next(s), s->arrays -= s->arrays > 0;
    else if (strchr(";|&{}", c) != NULL)
        next(s), end_statement(s);
    else if (c == '"')
        next(s), take_double(s);
    else if (c == '\'')
        next(s), take_single(s);
    else if (c == '@')
        take_at(s);
    else if (c == '$')
        next(s), take_variable(s);
    else if (c == '(')
        take_brackets(s);
    else if (!skip_cast(s))
        take_word(s);
}

static void
take_all(struct script *s)
{
    while (*s->at != '\0')
        if (!take_space(s))
            take_token(s);
    end_statement(s);
}

/* NULL: there is more in it than keys and plain values. */
static GPtrArray *
read_table(struct script *s, const char *from, gsize n, guint line)
{
    char *text = g_strndup(from, n);
    struct script inner = {.at = text,
                           .line = line,
                           .variables = s->variables,
                           .tables = s->tables,
                           .copied = s->copied};

    inner.table = g_ptr_array_new_with_free_func(argument_free);
    inner.tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
    g_array_set_clear_func(inner.tokens, token_clear);
    take_all(&inner);
    g_array_unref(inner.tokens);
    s->copied = inner.copied;
    wipe(text);
    if (inner.broken)
        g_clear_pointer(&inner.table, g_ptr_array_unref);
    return inner.table;
}

static void
set_constant(struct script *s, const char *name, const char *text)
{
    struct value *v = value_new();

    g_ptr_array_add(v->items, g_strdup(text));
    g_hash_table_insert(s->variables, g_strdup(name), v);
}

GPtrArray *
ps_script_read(const char *text)
{
    struct script s = {.at = text, .line = 1};

    s.tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
    g_array_set_clear_func(s.tokens, token_clear);
    s.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, value_free);
    s.tables =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    s.commands = g_ptr_array_new_with_free_func(command_free);
    set_constant(&s, "true", "True");
    set_constant(&s, "false", "False");
    set_constant(&s, "null", "");
    take_all(&s);
    g_array_unref(s.tokens);
    g_hash_table_unref(s.tables);
    g_hash_table_unref(s.variables);
    return s.commands;
}
