// SPDX-License-Identifier: Apache-2.0
/*
 * The filters and formats of iot-registry's lists: each that matches a row
 * stands beside one that does not, and what makes no sense is refused.
 */
#include "check.h"
#include "verbs/filter.h"
#include "verbs/member.h"
#include "verbs/projection.h"

#include <stdlib.h>
#include <string.h>

static const char row_text[] =
    "{\"id\":\"sensor-12\",\"numId\":\"3141592653589793238\","
    "\"blocked\":true,\"count\":42,\"metadata\":{\"floor\":\"3\","
    "\"a.b\":\"dotted\"},\"gatewayConfig\":{\"gatewayType\":\"GATEWAY\"},"
    "\"lastEventTime\":\"2026-11-21T23:00:00Z\",\"text\":\"two words\","
    "\"list\":[{\"a\":1,\"b\":[true]},{\"a\":2}]}";

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
    "metadata:floor",
    "list[1].a=2",
    "list[].a:2",
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
    "list[2].a=2",
    "list[1]a[=2",
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

static const struct {
    const char *name;
    const char *text;
} members[] = {
    { "id", "sensor-12" },
    { "blocked", "True" },
    { "count", "42" },
    { "metadata", "floor=3;a.b=dotted" },
    { "metadata.a.b", "dotted" },
    { "metadata.a", "" },
    { "list", "a=1;b=True;a=2" },
    { "list[].a", "1;2" },
    { "list[].b", "True;" },
    { "list[1].a", "2" },
    { "list[0].b[0]", "True" },
    { "list[2].a", "" },
    { "list[", "" },
    { "id[0]", "" },
    { "id.x", "" },
    { "nothing", "" },
};

static void
check_members(void)
{
    json_t *row = json_loads(row_text, 0, NULL);

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *text = member_text(row, members[i].name);

        if (!CHECK(text != NULL && strcmp(text, members[i].text) == 0))
            fprintf(stderr, "  %s: %s\n", members[i].name, text);
        free(text);
    }
    json_decref(row);
}

static void
check_projections(void)
{
    static const char *const none[] = {
        "value",
        "value(",
        "value()",
        "value(a",
        "value(a)x",
        "value(a,)",
        "value(a b)",
        "value(a:b)",
        "value[](a)",
        "value[x](a)",
        "value(a.b())",
        "json(a)",
        "(a)",
        "csv[separator=\"](a)",
        "csv[separator=12345678901234567](a)",
        "value(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q)",
    };
    struct projection *it = projection_new(
        "csv[no-heading, separator=\"|\"](numId, a[].bC , x:label='A, b')");

    if (CHECK(it != NULL)) {
        CHECK(it->format == VERBS_CSV && !it->has_heading);
        CHECK(strcmp(it->separator, "|") == 0);
        CHECK(strcmp(it->columns[0].member, "numId") == 0);
        CHECK(strcmp(it->columns[0].heading, "num_id") == 0);
        CHECK(strcmp(it->columns[1].member, "a[].bC") == 0);
        CHECK(strcmp(it->columns[1].heading, "b_c") == 0);
        CHECK(strcmp(it->columns[2].member, "x") == 0);
        CHECK(strcmp(it->columns[2].heading, "A, b") == 0);
        CHECK(it->columns[3].heading == NULL);
    }
    projection_free(&it);
    it = projection_new("table(numId)");
    CHECK(it != NULL && it->format == VERBS_TABLE && it->has_heading &&
          strcmp(it->columns[0].heading, "NUM_ID") == 0);
    projection_free(&it);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        it = projection_new(none[i]);
        if (!CHECK(it == NULL))
            fprintf(stderr, "  %s\n", none[i]);
        projection_free(&it);
    }
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
    check_members();
    check_projections();
    CHECK(is_sorted("id", "abc"));
    CHECK(is_sorted("~id", "cba"));
    CHECK(is_sorted("n", "cab"));
    CHECK(is_sorted("~n", "bca"));
    CHECK(is_sorted("none", "bca"));
    return check_end();
}
