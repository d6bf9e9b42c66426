// SPDX-License-Identifier: Apache-2.0
/*
 * Goes by what a line begins with and what it ends in, never by what it has in
 * between: ids of clients and topics are whatever clients say.  Those have no
 * newline, because mosquitto closes whoever sends a control character in a
 * string (MQTT 3.1.1, section 1.5.3, leaves that to it), and no device's id
 * has a blank: so nobody can write a line for somebody else.
 */
#include "heard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* MQTT 3.1.1, sections 2.3.1 and 2.2.3. */
enum { MID_MOST = 65535, LENGTH_MOST = 268435455 };

/* Takes FROM off the end of TEXT: cuts it there. */
static bool
cut_end(char *text, const char *from)
{
    size_t length = strlen(text);
    size_t less = strlen(from);

    if (length < less || strcmp(text + length - less, from) != 0)
        return false;
    text[length - less] = '\0';
    return true;
}

/* Cuts TEXT at the first BETWEEN; what is behind it, or NULL. */
static char *
cut_first(char *text, const char *between)
{
    char *at = strstr(text, between);

    if (at == NULL)
        return NULL;
    *at = '\0';
    return at + strlen(between);
}

static bool
read_number(const char *text, unsigned most, unsigned *number)
{
    char *end = NULL;
    unsigned long value;

    if (text[0] < '0' || text[0] > '9')
        return false;
    value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return *end == '\0' && value <= most;
}

/* "ID" */
static bool
read_client(char *text, struct heard *heard)
{
    heard->client = text;
    return text[0] != '\0' && strchr(text, ' ') == NULL;
}

/* "ID (Mid: N, RC:N)" */
static bool
read_puback(char *text, struct heard *heard)
{
    char *mid = cut_first(text, " (Mid: ");
    char *code = mid != NULL ? cut_first(mid, ", RC:") : NULL;
    unsigned ignored;

    return code != NULL && cut_end(code, ")") &&
           read_number(mid, MID_MOST, &heard->mid) &&
           read_number(code, 255, &ignored) && read_client(text, heard);
}

/* "ID (dN, qN, rN, mN, 'TOPIC', ... (N bytes))" */
static bool
read_publish(char *text, struct heard *heard)
{
    char *qos = cut_first(text, " (d");
    char *retain;
    char *mid;
    char *topic;
    char *size;

    if (qos == NULL || (qos = cut_first(qos, ", q")) == NULL ||
        (retain = cut_first(qos, ", r")) == NULL ||
        (mid = cut_first(retain, ", m")) == NULL ||
        (topic = cut_first(mid, ", '")) == NULL ||
        !cut_end(topic, " bytes))") || (size = strrchr(topic, '(')) == NULL)
        return false;
    *size++ = '\0';
    heard->topic = topic;
    return cut_end(topic, "', ... ") && read_number(qos, 2, &heard->qos) &&
           read_number(mid, MID_MOST, &heard->mid) &&
           read_number(size, LENGTH_MOST, &heard->length) &&
           read_client(text, heard);
}

/* The first that fits; what is here without a reader is for nobody. */
static const struct {
    const char *start;
    enum heard_kind kind;
    bool (*read)(char *text, struct heard *heard);
} rows[] = {
    { "Received PUBLISH from ", HEARD_PUBLISH, read_publish },
    { "Sending PUBACK to ", HEARD_DEBUG, NULL },
    { "Sending PUBLISH to ", HEARD_SENT, read_publish },
    { "Received PUBACK from ", HEARD_PUBACK, read_puback },
    { "Received PINGREQ from ", HEARD_PINGREQ, read_client },
    { "Received DISCONNECT from ", HEARD_DISCONNECT, read_client },
    { "Received ", HEARD_DEBUG, NULL },
    { "Sending ", HEARD_DEBUG, NULL },
    { "Denied PUBLISH from ", HEARD_DEBUG, NULL },
    { "No will message specified.", HEARD_DEBUG, NULL },
    { "Will message specified (", HEARD_DEBUG, NULL },
    { "\t", HEARD_DEBUG, NULL }, /* of a subscription or a will */
};

enum { ROWS = sizeof rows / sizeof *rows };

const char *
heard_text(const char *line)
{
    size_t length = strspn(line, "0123456789");

    if (line[length] == ':' && line[length + 1] == ' ' && length > 0)
        return line + length + 2;
    length += strspn(line + length, "0123456789-:.TZ+/ ");
    for (size_t i = 0; i + 1 < length; i++)
        if (line[i] == ':' && line[i + 1] == ' ')
            return line + i + 2;
    return line;
}

/* The row that TEXT is of; ROWS for none.  Letters tell most apart. */
static size_t
find_row(const char *text)
{
    size_t i = 0;

    while (i < ROWS &&
           (text[0] != rows[i].start[0] ||
            strncmp(text, rows[i].start, strlen(rows[i].start)) != 0))
        i++;
    return i;
}

enum heard_kind
heard_glance(const char *line)
{
    size_t row = find_row(heard_text(line));

    return row < ROWS ? rows[row].kind : HEARD_NEWS;
}

void
heard_read(char *line, struct heard *heard)
{
    char *text = line + (heard_text(line) - line);
    size_t row = find_row(text);

    *heard = (struct heard){ .kind = HEARD_NEWS };
    if (row == ROWS)
        return;
    if (rows[row].read == NULL ||
        !rows[row].read(text + strlen(rows[row].start), heard))
        *heard = (struct heard){ .kind = HEARD_DEBUG };
    else
        heard->kind = rows[row].kind;
}
