/* ras-users.c - see ras-users.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-users.h"
#include "net-config.h"
#include "ras-words.h"

static const struct {
    const char *word;
    uint32_t refuse;
} refusals[] = {
    {"hours", 646},
    {"disabled", 647},
    {"nodialin", 649},
};

static bool
apply_state(struct ras_user *user, const char *word)
{
    uint32_t number;

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcmp(word, refusals[i].word) == 0) {
            user->refuse = refusals[i].refuse;
            return true;
        }
    }
    if (strcmp(word, "expired") == 0)
        return user->expired = true;
    if (strcmp(word, "retry") == 0)
        return user->retry = true;
    if (strncmp(word, "address=", 8) == 0)
        return net_ip4_parse(word + 8, &user->address);
    if (strncmp(word, "minlength=", 10) == 0 && ras_word_number(word + 10, &number) &&
        number <= 256) {
        user->minimum = (uint16_t)number;
        return true;
    }
    return false;
}

bool
ras_users_add_line(struct ras_users *u, const char *line, const char **ret_why)
{
    struct ras_user user = {0};
    char word[SECRET_MAX + 1];
    bool bad = false;

    if (!ras_word_next(&line, user.name, sizeof user.name, &bad)) {
        *ret_why = "the name is too long, or a quote is not closed";
        return !bad;
    }
    *ret_why = "a line needs a name and a password";
    if (!ras_word_next(&line, word, sizeof word, &bad))
        return false;
    secret_set_text(&user.password, word);
    *ret_why = "unknown word after the password";
    while (ras_word_next(&line, word, sizeof word, &bad))
        if (!apply_state(&user, word))
            return false;
    *ret_why = "too many accounts";
    if (bad || u->n == RAS_MAX_USERS)
        return false;
    u->v[u->n++] = user;
    return true;
}

static bool
same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        const int x = *a >= 'A' && *a <= 'Z' ? *a + 32 : *a;
        const int y = *b >= 'A' && *b <= 'Z' ? *b + 32 : *b;
        if (x != y)
            return false;
        if (x == '\0')
            return true;
    }
}

struct ras_user *
ras_users_find(struct ras_users *u, const char *name)
{
    const char *slash = strchr(name, '\\');

    if (slash != NULL)
        name = slash + 1;
    for (size_t i = 0; i < u->n; i++)
        if (same_name(u->v[i].name, name))
            return &u->v[i];
    return NULL;
}

void
ras_users_wipe(struct ras_users *u)
{
    for (size_t i = 0; i < u->n; i++)
        secret_wipe(&u->v[i].password);
    u->n = 0;
}
