// SPDX-License-Identifier: Apache-2.0
/*
 * Device paths, topics and filters: each refusal stands beside the same
 * thing accepted.
 */
#include "base/names.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "projects/p-1/locations/eu/registries/reg/devices/"

struct row {
    const char *text;
    size_t length; /* 0: as strlen says */
    bool accepted;
};

static size_t
length_of(const struct row *row)
{
    return row->length != 0 ? row->length : strlen(row->text);
}

static void
check_paths(void)
{
    static const struct row rows[] = {
        { HEAD "dev-1", 0, true },
        { HEAD "2906384711", 0, true },
        { HEAD "18446744073709551615", 0, true },
        { HEAD "18446744073709551616", 0, false },
        { HEAD "0906384711", 0, false },
        { HEAD "de", 0, false },
        { HEAD "", 0, false },
        { HEAD "..", 0, false },
        { HEAD "../x", 0, false },
        { HEAD "goog-1", 0, false },
        { HEAD "go-1", 0, true },
        { HEAD "dev#1", 0, false },
        { HEAD "dev 1", 0, false },
        { HEAD "dev-1/", 0, false },
        { HEAD "dev-1\0x", sizeof HEAD + 6, false },
        { "projects/+/locations/eu/registries/reg/devices/dev", 0, false },
        { "projects/../locations/eu/registries/reg/devices/dev", 0, false },
        { "projects/ex.com:p/locations/eu/registries/reg/devices/dev", 0,
          true },
        { "/projects/p/locations/eu/registries/reg/devices/dev", 0, false },
        { "projects/p/locations/eu/registries/reg", 0, false },
    };
    struct names_path path;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK(names_parse_path(rows[i].text, length_of(&rows[i]), &path) ==
                   rows[i].accepted))
            fprintf(stderr, "  %s\n", rows[i].text);
}

static void
check_longest_ids(void)
{
    char id[NAMES_ID_MOST + 2];

    memset(id, 'a', sizeof id);
    CHECK(names_is_id(id, NAMES_ID_MOST));
    CHECK(!names_is_id(id, NAMES_ID_MOST + 1));
}

static void
check_topics(void)
{
    static const struct row rows[] = {
        { "/devices/dev/events", 0, true },
        { "/devices/dev/events/a", 0, true },
        { "/devices/dev/events/a/b", 0, true },
        { "/devices/dev/events/", 0, false },
        { "/devices/dev/events//a", 0, false },
        { "/devices/dev/events/a+", 0, false },
        { "/devices/dev/events/#", 0, false },
        { "/devices/dev/state", 0, true },
        { "/devices/dev/state/a", 0, false },
        { "/devices/dev/other", 0, false },
        { "devices/dev/events", 0, false },
        { "/devices/+/events", 0, false },
        { "/devices/dev/events/a\0b", 23, false },
        { "/devices/dev/events\0/b", 22, false },
    };
    struct names_topic topic;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK(names_parse_topic(rows[i].text, length_of(&rows[i]),
                                     &topic) == rows[i].accepted))
            fprintf(stderr, "  %s\n", rows[i].text);
}

static void
check_filters(void)
{
    static const struct row rows[] = {
        { "/devices/dev/config", 0, true },
        { "/devices/dev/commands", 0, true },
        { "/devices/dev/commands/#", 0, true },
        { "/devices/dev/commands/door", 0, true },
        { "/devices/dev/commands/+", 0, false },
        { "/devices/dev/config/#", 0, false },
        { "/devices/+/commands/#", 0, false },
        { "/devices/dev/#", 0, false },
        { "#", 0, false },
    };
    struct names_topic topic;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK(names_parse_filter(rows[i].text, length_of(&rows[i]),
                                      &topic) == rows[i].accepted))
            fprintf(stderr, "  %s\n", rows[i].text);
}

static void
check_round_trips(void)
{
    struct names_path path;
    struct names_topic topic;
    char buffer[NAMES_PATH_MOST];

    CHECK(names_parse_path(HEAD "dev-1", strlen(HEAD "dev-1"), &path));
    CHECK(names_write_path(&path, buffer, sizeof buffer));
    CHECK(strcmp(buffer, HEAD "dev-1") == 0);
    CHECK(!names_write_path(&path, buffer, sizeof HEAD));
    CHECK(names_parse_topic("/devices/d-1/events/a/b", 23, &topic));
    CHECK(topic.kind == NAMES_EVENTS && strcmp(topic.subfolder, "a/b") == 0);
    CHECK(names_write_topic(&topic, buffer, sizeof buffer));
    CHECK(strcmp(buffer, "/devices/d-1/events/a/b") == 0);
}

/* With a name as long as may be, an ordinary one, and one that is not there. */
static void
check_packing(void)
{
    struct names_path path = { "", "eu", "reg", "dev-1" };
    struct names_path again;
    char *packed;

    memset(path.project, 'p', NAMES_ID_MOST);
    path.location[0] = '\0';
    packed = names_pack(&path);
    if (!CHECK(packed != NULL))
        return;
    CHECK(strcmp(names_packed_device(packed), "dev-1") == 0);
    memset(&again, 'x', sizeof again);
    names_unpack(packed, &again);
    CHECK(strcmp(again.project, path.project) == 0);
    CHECK(again.location[0] == '\0');
    CHECK(strcmp(again.registry, "reg") == 0);
    CHECK(strcmp(again.device, "dev-1") == 0);
    free(packed);
}

int
main(void)
{
    check_paths();
    check_longest_ids();
    check_topics();
    check_filters();
    check_round_trips();
    check_packing();
    return check_end();
}
