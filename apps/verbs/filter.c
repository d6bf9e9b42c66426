// SPDX-License-Identifier: Apache-2.0
/*
 * Reads a filter and applies it in one go, from left to right: it is short, and
 * to read it again costs less than the row that it is for.
 */
#include "filter.h"

#include "base/log.h"
#include "member.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MOST = 32, WORD_MOST = 512 };

struct reader {
    const char *at;
    json_t *row;
    int depth;
    const char *error; /* a constant; NULL while all is well */
};

static bool
fail(struct reader *reader, const char *error)
{
    if (reader->error == NULL)
        reader->error = error;
    return false;
}

static void
skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\n");
}

/* Takes WORD if it stands here by itself. */
static bool
take(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    skip_blanks(reader);
    if (strncmp(reader->at, word, length) != 0 ||
        (isalpha((unsigned char)word[0]) && reader->at[length] != '\0' &&
         strchr(" \t\n(", reader->at[length]) == NULL))
        return false;
    reader->at += length;
    return true;
}

static bool
take_chars(struct reader *reader, size_t length, char word[WORD_MOST])
{
    if (length >= WORD_MOST)
        return fail(reader, "a word is too long");
    memcpy(word, reader->at, length);
    word[length] = '\0';
    reader->at += length;
    return true;
}

static bool
take_key(struct reader *reader, char key[WORD_MOST])
{
    skip_blanks(reader);
    return take_chars(reader, strspn(reader->at, MEMBER_LETTERS), key) &&
           (key[0] != '\0' || fail(reader, "a key is missing"));
}

/* Up to a blank or parenthesis, or between quotes. */
static bool
take_value(struct reader *reader, char value[WORD_MOST])
{
    char quote;
    const char *end;

    skip_blanks(reader);
    quote = *reader->at;
    if (quote != '"' && quote != '\'')
        return take_chars(reader, strcspn(reader->at, " \t\n()"), value);
    end = strchr(++reader->at, quote);
    if (end == NULL)
        return fail(reader, "a quote does not end");
    if (!take_chars(reader, (size_t)(end - reader->at), value))
        return false;
    reader->at++;
    return true;
}

static bool
is_number(const char *text, double *number)
{
    char *end;

    *number = strtod(text, &end);
    return *text != '\0' && *end == '\0';
}

static int
compare(const char *left, const char *right)
{
    double a;
    double b;

    if (is_number(left, &a) && is_number(right, &b))
        return (a > b) - (a < b);
    return strcmp(left, right);
}

/* Numbers of devices have more digits than a double; what is true may be
 * written true. */
static bool
equals(const char *has, const char *value)
{
    if (strcmp(has, "True") == 0 || strcmp(has, "False") == 0)
        return strcasecmp(has, value) == 0;
    return strcmp(has, value) == 0;
}

static bool
has_word(const char *has, const char *value)
{
    size_t length = strlen(value);

    if (length > 0 && value[length - 1] == '*')
        return length == 1 ? has[0] != '\0'
                           : strncasecmp(has, value, length - 1) == 0;
    for (const char *at = has; length > 0 && *at != '\0'; at++) {
        if (strncasecmp(at, value, length) == 0 &&
            (at == has || !isalnum((unsigned char)at[-1])) &&
            !isalnum((unsigned char)at[length]))
            return true;
    }
    return length == 0 && has[0] == '\0';
}

static bool
matches(struct reader *reader, const char *has, const char *expression)
{
    regex_t regex;
    bool is_match;

    if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0)
        return fail(reader, "a regular expression is none");
    is_match = regexec(&regex, has, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_match;
}

/* Does what a row HAS stand to VALUE as SIGN says? */
static bool
is_so(struct reader *reader, const char *has, const char *sign,
      const char *value)
{
    switch (sign[0]) {
    case '!':
        return sign[1] == '=' ? !equals(has, value)
                              : !matches(reader, has, value);
    case '=':
        return equals(has, value);
    case ':':
        return has_word(has, value);
    case '~':
        return matches(reader, has, value);
    case '<':
        return compare(has, value) < (sign[1] == '=' ? 1 : 0);
    default:
        return compare(has, value) > (sign[1] == '=' ? -1 : 0);
    }
}

static bool
term(struct reader *reader)
{
    static const char *const operators[] = { "!=", "!~", "<=", ">=", "=",
                                             ":",  "~",  "<",  ">" };
    char key[WORD_MOST];
    char value[WORD_MOST];
    char *has;
    bool is_match;
    size_t i = 0;
    size_t count = sizeof operators / sizeof *operators;

    if (!take_key(reader, key))
        return false;
    while (i < count && !take(reader, operators[i]))
        i++;
    if (i == count)
        return fail(reader, "behind a key stands one of = != : ~ !~ < <= > >=");
    if (!take_value(reader, value))
        return false;
    has = member_text(reader->row, key);
    is_match = has != NULL ? is_so(reader, has, operators[i], value)
                           : fail(reader, "memory is short");
    free(has);
    return is_match;
}

static bool
either(struct reader *reader);

static bool
one(struct reader *reader)
{
    bool is_match;

    if (++reader->depth > DEPTH_MOST)
        return fail(reader, "it is too deep");
    if (take(reader, "NOT") || take(reader, "-"))
        is_match = !one(reader);
    else if (!take(reader, "("))
        is_match = term(reader);
    else {
        is_match = either(reader);
        if (!take(reader, ")"))
            (void)fail(reader, "a parenthesis does not end");
    }
    reader->depth--;
    return is_match;
}

static bool
both(struct reader *reader)
{
    bool is_match = one(reader);

    for (;;) {
        const char *before;

        skip_blanks(reader);
        before = reader->at;
        if (reader->error != NULL || *before == '\0' || *before == ')')
            return is_match;
        if (take(reader, "OR")) {
            reader->at = before;
            return is_match;
        }
        (void)take(reader, "AND");
        is_match = one(reader) && is_match;
    }
}

static bool
either(struct reader *reader)
{
    bool is_match = both(reader);

    while (reader->error == NULL && take(reader, "OR"))
        is_match = both(reader) || is_match;
    return is_match;
}

static bool
read_all(struct reader *reader)
{
    bool is_match = either(reader);

    if (*reader->at != '\0')
        return fail(reader, "there is a parenthesis too many");
    return is_match;
}

bool
filter_check(const char *text)
{
    struct reader reader = { .at = text };

    (void)read_all(&reader);
    if (reader.error != NULL)
        log_error("--filter makes no sense: %s", reader.error);
    return reader.error == NULL;
}

bool
filter_matches(const char *text, json_t *row)
{
    struct reader reader = { .at = text, .row = row };

    return text == NULL || read_all(&reader);
}

struct sorted {
    json_t *row;
    char *text; /* what it is sorted by */
    bool is_backwards;
    size_t place; /* so that equals stay as they were */
};

static int
compare_rows(const void *left, const void *right)
{
    const struct sorted *a = left;
    const struct sorted *b = right;
    int order = compare(a->text, b->text);

    if (order != 0)
        return a->is_backwards ? -order : order;
    return (a->place > b->place) - (a->place < b->place);
}

bool
filter_sort(json_t *rows, const char *key)
{
    size_t count = json_array_size(rows);
    struct sorted *all = calloc(count + 1, sizeof *all);
    bool is_backwards = key[0] == '~';
    bool ok = all != NULL;

    if (!ok)
        log_error("out of memory");
    for (size_t i = 0; ok && i < count; i++) {
        json_t *row = json_array_get(rows, i);

        all[i] = (struct sorted){ row, member_text(row, key + is_backwards),
                                  is_backwards, i };
        ok = all[i].text != NULL;
    }
    if (ok)
        qsort(all, count, sizeof *all, compare_rows);
    for (size_t i = 0; ok && i < count; i++)
        json_incref(all[i].row);
    for (size_t i = 0; all != NULL && i < count; i++) {
        free(all[i].text);
        if (ok)
            json_array_set_new(rows, i, all[i].row);
    }
    free(all);
    return ok;
}
