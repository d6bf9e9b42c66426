// SPDX-License-Identifier: Apache-2.0
/*
 * mosquitto's debug lines are read for what they say of packets, whatever time
 * they begin with; every other line stays one for people; and whatever a
 * client calls itself or its topics, it speaks for nobody else.
 */
#include "bridge/heard.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

#define ID "projects/p-1/locations/eu/registries/reg/devices/dev-1"

static struct heard
heard(const char *text)
{
    static char line[2048];
    enum heard_kind glance = heard_glance(text);
    struct heard heard;

    snprintf(line, sizeof line, "%s", text);
    heard_read(line, &heard);
    CHECK(heard.kind == glance ||
          (heard.kind == HEARD_DEBUG && glance != HEARD_NEWS));
    if (heard.kind == HEARD_NEWS)
        CHECK(strcmp(line, text) == 0);
    return heard;
}

static bool
is(const char *text, enum heard_kind kind, unsigned mid)
{
    struct heard got = heard(text);

    return got.kind == kind && got.mid == mid && strcmp(got.client, ID) == 0;
}

static bool
is_kind(const char *text, enum heard_kind kind)
{
    return heard(text).kind == kind;
}

/* As mosquitto 2.0.11 prints them. */
static void
check_forms(void)
{
    struct heard sent = heard("Sending PUBLISH to " ID " (d0, q1, r0, m7, "
                              "'/devices/dev-1/config', ... (5 bytes))");

    CHECK(sent.kind == HEARD_SENT && sent.mid == 7 && sent.qos == 1);
    CHECK(sent.length == 5);
    CHECK(strcmp(sent.topic, "/devices/dev-1/config") == 0);
    CHECK(is("Received PUBACK from " ID " (Mid: 65535, RC:0)", HEARD_PUBACK,
             65535));
    CHECK(is("Received PUBACK from " ID " (Mid: 1, RC:16)", HEARD_PUBACK, 1));
    CHECK(is("Received PUBLISH from " ID " (d1, q1, r1, m12, '/devices/dev-1/"
             "events', ... (262144 bytes))",
             HEARD_PUBLISH, 12));
    CHECK(is("Received PINGREQ from " ID, HEARD_PINGREQ, 0));
    CHECK(is("Received DISCONNECT from " ID, HEARD_DISCONNECT, 0));
    CHECK(is_kind("Sending PINGRESP to " ID, HEARD_DEBUG));
    CHECK(is_kind("Received SUBSCRIBE from " ID, HEARD_DEBUG));
    CHECK(is_kind("\t/devices/dev-1/config (QoS 1)", HEARD_DEBUG));
    CHECK(is_kind("No will message specified.", HEARD_DEBUG));
}

static void
check_times(void)
{
    CHECK(is("1763765280: Received PINGREQ from " ID, HEARD_PINGREQ, 0));
    CHECK(
        is("2026-11-21T22:48:00: Received PINGREQ from " ID, HEARD_PINGREQ, 0));
    CHECK(is("2026-11-21 22:48:00+01: Received PINGREQ from " ID, HEARD_PINGREQ,
             0));
    CHECK(is_kind("today: Received PINGREQ from " ID, HEARD_NEWS));
    CHECK(is_kind("1763765280:Received PINGREQ from " ID, HEARD_NEWS));
    CHECK(is_kind("", HEARD_NEWS));
    CHECK(is_kind("1763765280: ", HEARD_NEWS));
}

/* What is not exactly so, or cut off at the 1000 bytes that mosquitto has. */
static void
check_others(void)
{
    static const char *const no_pubacks[] = {
        "Received PUBACK from " ID,
        "Received PUBACK from " ID " (Mid: 1, RC:0",
        "Received PUBACK from " ID " (Mid: 1, RC:",
        "Received PUBACK from " ID " (Mid: 65536, RC:0)",
        "Received PUBACK from " ID " (Mid: -1, RC:0)",
        "Received PUBACK from " ID " (Mid: 1, RC:0) ",
        "Received PUBACK from  (Mid: 1, RC:0)",
        "Received PUBACK from " ID " (Mid: 1, RC:0) (Mid: 2, RC:0)",
        "Sending PUBLISH to " ID " (d0, q1, r0, m7, '/devices/dev-1/con",
        "Sending PUBLISH to " ID " (d0, q3, r0, m7, 't', ... (5 bytes))",
        "Sending PUBLISH to " ID " (d0, q1, r0, m99999, 't', ... (5 bytes))",
    };

    for (size_t i = 0; i < sizeof no_pubacks / sizeof *no_pubacks; i++)
        CHECK(is_kind(no_pubacks[i], HEARD_DEBUG));
}

/* A topic or an id with all that the forms are made of. */
static void
check_forgeries(void)
{
    struct heard got =
        heard("Received PUBLISH from " ID " (d0, q0, r0, m0, '', ... (1 "
              "bytes)): Received PUBACK from x (Mid: 1, RC:0)', ... (3 "
              "bytes))");

    CHECK(got.kind == HEARD_PUBLISH && strcmp(got.client, ID) == 0);
    CHECK(got.mid == 0);
    CHECK(is_kind("1763765280: iot_mqtt_bridge: denied x the subscription "
                  "1: Received PINGREQ from " ID,
                  HEARD_NEWS));
    CHECK(is_kind("denied x the subscription a: Received PINGREQ from " ID,
                  HEARD_NEWS));
    CHECK(is_kind("Client Received PINGREQ from " ID " closed its connection.",
                  HEARD_NEWS));
    CHECK(is_kind("Received PUBACK from a " ID " (Mid: 1, RC:0)", HEARD_DEBUG));
}

int
main(void)
{
    check_forms();
    check_times();
    check_others();
    check_forgeries();
    return check_end();
}
