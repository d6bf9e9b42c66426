// SPDX-License-Identifier: Apache-2.0
/*
 * The filters of iot-registry's lists: each that matches a row stands beside
 * one that does not, and what makes no sense is refused.
 */
#include "check.h"
#include "verbs/filter.h"

#include <string.h>

static const char row_text[] =
    "{\"id\":\"sensor-12\",\"numId\":\"3141592653589793238\","
    "\"blocked\":true,\"count\":42,\"metadata\":{\"floor\":\"3\","
    "\"a.b\":\"dotted\"},\"gatewayConfig\":{\"gatewayType\":\"GATEWAY\"},"
    "\"lastEventTime\":\"2026-11-21T23:00:00Z\",\"text\":\"two words\"}";

static const char *const matching[] = {
    "id=sensor-12",
    "id = \"sensor-12\"",
    "id='sensor-12'",
    "id!=sensor-1",
    "id:sensor",
    "id:SENSOR",
    "id:sens*",
    "id:*",
    "nothing=",
    "nothing!=x",
    "id~^sensor-[0-9]+$",
    "id!~^x",
    "numId=3141592653589793238",
    "blocked=true",
    "blocked=True",
    "count=42",
    "count>41",
    "count>=42",
    "count<42.5",
    "count<=42",
    "metadata.floor=3",
    "metadata.a.b=dotted",
    "gatewayConfig.gatewayType=GATEWAY",
    "lastEventTime>2026-11-21T22:59:59Z",
    "text='two words'",
    "text:words",
    "blocked=true AND count=42",
    "blocked=true count=42",
    "blocked=false OR count=42",
    "blocked=true OR count=1 AND count=2",
    "NOT blocked=false",
    "-blocked=false",
    "NOT (blocked=false OR count=1)",
    "(blocked=false OR count=42) AND id:sensor*",
};

static const char *const others[] = {
    "id=sensor-1",
    "id=SENSOR-12",
    "id!=sensor-12",
    "id:ensor",
    "id:sensor-13*",
    "nothing:*",
    "id~^ensor",
    "id!~sensor",
    "numId=3141592653589793239",
    "blocked=false",
    "count>42",
    "count<42",
    "count>=43",
    "count<=41",
    "metadata.floor=4",
    "metadata=3",
    "floor=3",
    "lastEventTime<2026-11-21T22:59:59Z",
    "text=two",
    "blocked=true AND count=1",
    "blocked=true count=1",
    "blocked=false OR count=1",
    "(blocked=true OR count=1) AND count=2",
    "NOT blocked=true",
    "-(blocked=true)",
};

static const char *const senseless[] = {
    "",      "id",    "=x",    "id=x AND", "id=x OR", "OR id=x",
    "(id=x", "id=x)", "id='x", "id~(",     "NOT",     "id ? x",
};

static void
check_rows(void)
{
    json_t *row = json_loads(row_text, 0, NULL);

    for (size_t i = 0; i < sizeof matching / sizeof *matching; i++)
        if (!CHECK(filter_check(matching[i]) &&
                   filter_matches(matching[i], row)))
            fprintf(stderr, "  %s\n", matching[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!CHECK(filter_check(others[i]) && !filter_matches(others[i], row)))
            fprintf(stderr, "  %s\n", others[i]);
    CHECK(filter_matches(NULL, row));
    json_decref(row);
}

static void
check_sense(void)
{
    char deep[256] = "";
    char wide[1024];

    for (size_t i = 0; i < sizeof senseless / sizeof *senseless; i++)
        if (!CHECK(!filter_check(senseless[i])))
            fprintf(stderr, "  %s\n", senseless[i]);
    memset(deep, '(', 100);
    CHECK(!filter_check(deep));
    memset(wide, 'a', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    CHECK(!filter_check(wide));
}

static bool
is_sorted(const char *key, const char *expected)
{
    json_t *rows = json_loads("[{\"id\":\"b\",\"n\":10},{\"id\":\"c\",\"n\":9},"
                              "{\"id\":\"a\",\"n\":9}]",
                              0, NULL);
    char order[4] = "";

    CHECK(filter_sort(rows, key));
    for (size_t i = 0; i < 3; i++)
        order[i] =
            *json_string_value(json_object_get(json_array_get(rows, i), "id"));
    json_decref(rows);
    return strcmp(order, expected) == 0;
}

int
main(void)
{
    check_rows();
    check_sense();
    CHECK(is_sorted("id", "abc"));
    CHECK(is_sorted("~id", "cba"));
    CHECK(is_sorted("n", "cab"));
    CHECK(is_sorted("~n", "bca"));
    CHECK(is_sorted("none", "bca"));
    return check_end();
}
