// SPDX-License-Identifier: Apache-2.0
/*
 * What each call of the HTTP bridge answers, byte for byte, and what is kept:
 * without a socket, before real databases.  Each refusal stands beside the same
 * thing accepted.
 */
#include "check.h"
#include "http-site.h"
#include "http/request.h"
#include "httpbridge/rates.h"
#include "traffic/traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
check_events(struct site *site)
{
    CHECK(
        site_answers(site, EVENT, "{\"binary_data\":\"aGVsbG8=\"}", 200, "{}"));
    CHECK(site_has(site, "hello", "", ""));
    CHECK(site_answers(site, EVENT,
                       "{\"binaryData\":\"aGVsbG8\",\"subFolder\":\"a/b\"}",
                       200, "{}"));
    CHECK(site_has(site, "hello", "a/b", ""));
    CHECK(site_answers(site,
                       "/v1beta1/projects/p-1/locations/eu/registries/reg/"
                       "devices/dev%2D1%3ApublishEvent?%24alt=json",
                       "{\"binary_data\":\"Pz8-\",\"gateway_info\":{},"
                       "\"sub_folder\":null}",
                       200, "{}"));
    CHECK(site_has(site,
                   "?"
                   "?>",
                   "", ""));
    CHECK(site_answers(site, EVENT, "{\"binary_data\":\"Pz8+\"}", 200, "{}"));
    CHECK(site_has(site,
                   "?"
                   "?>",
                   "", ""));
    CHECK(site_answers(site, EVENT, "", 200, "{}"));
    CHECK(site_has(site, "", "", ""));
}

/* Either alphabet, with its padding or without; and nothing else. */
static void
check_base64(struct site *site)
{
    static const char *const good[] = { "+/8=", "+/8", "-_8=", "-_8", "-/8=" };
    static const char *const bad[] = {
        "+/8==", "+/9=", "+/8=+/8=", "+/ 8=", "+", "=", "+/=8", "+\\/8=\\n"
    };
    char body[64];

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(body, sizeof body, "{\"binary_data\":\"%s\"}", good[i]);
        CHECK(site_answers(site, EVENT, body, 200, "{}"));
        CHECK(site_has(site, "\xfb\xff", "", ""));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(body, sizeof body, "{\"binary_data\":\"%s\"}", bad[i]);
        CHECK(site_answers(site, EVENT, body, 400, NULL));
    }
    CHECK(site_has(site, NULL, NULL, NULL));
}

static void
check_bad_bodies(struct site *site)
{
    CHECK(site_answers(
        site, EVENT, "{\"binary_data\":\"123\"}", 400,
        "{\"error\":{\"code\":400,\"message\":\"Invalid value at "
        "'binary_data' (TYPE_BYTES), Base64 decoding failed for "
        "\\\"123\\\"\",\"status\":\"INVALID_ARGUMENT\",\"details\":["
        "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","
        "\"fieldViolations\":[{\"field\":\"binary_data\","
        "\"description\":\"Invalid value at 'binary_data' "
        "(TYPE_BYTES), Base64 decoding failed for \\\"123\\\"\""
        "}]}]}}"));
    CHECK(site_answers(
        site, EVENT, "{\"unknown\":1}", 400,
        "{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload "
        "received. Unknown name \\\"unknown\\\": Cannot find field."
        "\",\"status\":\"INVALID_ARGUMENT\"}}"));
    for (size_t i = 0; i < 11; i++) {
        static const char *const bodies[] = {
            "{",
            "[]",
            "{\"binary_data\":\"\"}x",
            "{\"binary_data\":\"\",\"binary_data\":\"\"}",
            "\"\\u0000\"",
            "{\"binary_data\":\"\xff\"}",
            "{\"\xc3\":1}",
            "{\"\xed\xa0\x80\":1}",
            "{\"binary_data\":1e999}",
            "{\"binary_data\":123456789012345678901234567890}",
            "{\"gateway_info\":{\"gateway_id\":\"a\",\"gateway_id\":\"a\"}}",
        };

        CHECK(site_answers(
            site, EVENT, bodies[i], 400,
            "{\"error\":{\"code\":400,\"message\":\"Invalid JSON "
            "payload received.\",\"status\":\"INVALID_ARGUMENT\"}}"));
    }
    CHECK(site_has(site, NULL, NULL, NULL));
}

/* Bodies that are JSON and still no event. */
static void
check_refused_bodies(struct site *site)
{
    static const char *const bodies[] = {
        "{\"binary_data\":\"\",\"binaryData\":\"\"}",
        "{\"binary_data\":1}",
        "{\"binary_data\":true}",
        "{\"binary_data\":{}}",
        "{\"BINARY_DATA\":\"\"}",
        "{\"sub_folder\":1e300}",
        "{\"sub_folder\":\"/a\"}",
        "{\"sub_folder\":\"a\\u0000b\"}",
        "{\"sub_folder\":\"#\"}",
        "{\"gateway_info\":[]}",
        "{\"gateway_info\":{\"gateway_id\":\"../x\"}}",
        "{\"gateway_info\":{\"gateway_id\":1}}",
        "{\"gateway_info\":{\"delegated_device_id\":[]}}",
        ("{\"gateway_info\":{\"gateway_id\":\"gw-1\","
         "\"delegated_device_id\":\"dev-1\"}}"),
    };

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        CHECK(site_answers(site, EVENT, bodies[i], 400, NULL));
    CHECK(site_has(site, NULL, NULL, NULL));
}

/* An event, or a state, with SIZE bytes of zero. */
static bool
answers_size(struct site *site, const char *target, size_t size,
             const char *start, const char *end, int status)
{
    size_t digits = (size + 2) / 3 * 4;
    size_t rest = size % 3;
    char *body = malloc(digits + 64);
    int length = sprintf(body, "%s", start);
    bool ok;

    memset(body + length, 'A', digits);
    if (rest != 0)
        memset(body + (size_t)length + digits - (3 - rest), '=', 3 - rest);
    strcpy(body + (size_t)length + digits, end);
    ok = site_answers(site, target, body, status, NULL);
    free(body);
    return ok;
}

static void
check_sizes(struct site *site)
{
    static const char start[] = "{\"binary_data\":\"";
    static const char state[] = "{\"state\":{\"binary_data\":\"";

    CHECK(answers_size(site, EVENT, 262144, start, "\"}", 200));
    CHECK(answers_size(site, EVENT, 262145, start, "\"}", 400));
    CHECK(
        answers_size(site, PLACE "dev-2:setState", 65537, state, "\"}}", 400));
    CHECK(
        answers_size(site, PLACE "dev-2:setState", 65536, state, "\"}}", 200));
}

static void
check_states(struct site *site)
{
    static const char call[] = PLACE "dev-1:setState";
    struct traffic_states *states = NULL;
    struct names_path path = { "p-1", "eu", "reg", "dev-1" };
    struct registry_device *device = NULL;
    char late[256];

    CHECK(registry_device_find(site->bridge.registry, &path, &device));
    snprintf(late, sizeof late,
             "{\"error\":{\"code\":429,\"message\":\"The device \\\"%" PRIu64
             "\\\" could not be updated. Device state can be updated only once "
             "every 3600s.\",\"status\":\"RESOURCE_EXHAUSTED\"}}",
             device->num_id);
    CHECK(site_answers(site, call, "{\"state\":{\"binary_data\":\"b24=\"}}",
                       200, "{}"));
    CHECK(site_answers(site, call, "{\"state\":{\"binary_data\":\"b2Zm\"}}",
                       429, late));
    CHECK(
        traffic_state_list(site->bridge.traffic, device->num_id, 10, &states));
    CHECK(states->count == 1 && states->items[0].length == 2 &&
          memcmp(states->items[0].data, "on", 2) == 0);
    traffic_states_free(&states);
    site->bridge.state_interval = 0;
    CHECK(site_answers(site, call, "{\"state\":{\"binaryData\":\"b2Zm\"}}", 200,
                       "{}"));
    CHECK(site_answers(
        site, call, "{\"binary_data\":\"b24=\"}", 400,
        "{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload "
        "received. Unknown name \\\"binary_data\\\": Cannot find "
        "field.\",\"status\":\"INVALID_ARGUMENT\"}}"));
    registry_device_free(&device);
}

/* More bytes than numbers have, and others that are none. */
static void
check_versions(struct site *site)
{
    static const char *const bad[] = {
        "9223372036854775808", "-1", "1.0", "0x1", "%201", "1%00", "1e1"
    };
    char target[128];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(target, sizeof target, PLACE "dev-1/config?local_version=%s",
                 bad[i]);
        CHECK(site_answers(site, target, "", 400, NULL));
    }
    CHECK(site_answers(
        site, PLACE "dev-1/config?local_version=9223372036854775807", "", 400,
        "{\"error\":{\"code\":400,\"message\":\"The local "
        "version is greater than the current version.\","
        "\"status\":\"OUT_OF_RANGE\"}}"));
}

static void
check_configs(struct site *site)
{
    static const char ahead[] =
        "{\"error\":{\"code\":400,\"message\":\"The local version is greater "
        "than the current version.\",\"status\":\"OUT_OF_RANGE\"}}";
    struct names_path path = { "p-1", "eu", "reg", "dev-1" };

    site->method = "GET";
    CHECK(site_answers(site, PLACE "dev-1/config", "", 200,
                       "{\"version\":\"1\",\"binaryData\":\"\"}"));
    CHECK(registry_config_set(site->bridge.registry, &path, 0, "\0\xff", 2,
                              NULL));
    CHECK(site_answers(site, PLACE "dev-1/config?local_version=0", "", 200,
                       "{\"version\":\"2\",\"binaryData\":\"AP8=\"}"));
    CHECK(site_answers(site, PLACE "dev-1/config?localVersion=1", "", 200,
                       "{\"version\":\"2\",\"binaryData\":\"AP8=\"}"));
    CHECK(site_answers(site, PLACE "dev-1/config?local_version=2", "", 200,
                       "{\"version\":\"2\"}"));
    CHECK(site_answers(site, PLACE "dev-1/config?local_version=3", "", 400,
                       ahead));
    CHECK(
        site_answers(site, PLACE "dev-1/config?local_version=x", "", 400,
                     "{\"error\":{\"code\":400,\"message\":\"Invalid value at "
                     "'local_version' (TYPE_INT64)\",\"status\":"
                     "\"INVALID_ARGUMENT\",\"details\":[{\"@type\":"
                     "\"type.googleapis.com/google.rpc.BadRequest\","
                     "\"fieldViolations\":[{\"field\":\"local_version\","
                     "\"description\":\"Invalid value at 'local_version' "
                     "(TYPE_INT64)\"}]}]}}"));
    CHECK(site_answers(site, PLACE "dev-1/config?gatewayInfo.gatewayId=gw-1",
                       "", 200, "{\"version\":\"2\",\"binaryData\":\"AP8=\"}"));
    CHECK(site_answers(site, PLACE "dev-2/config?gatewayInfo.gatewayId=gw-1",
                       "", 400, PRECONDITION));
    CHECK(site_answers(site, PLACE "dev-1/config?gatewayInfo.gatewayId=../x",
                       "", 400, NULL));
    site_carry(site, site->other, 0, 3600);
    CHECK(site_answers(
        site, PLACE "gw-1/config?gateway_info.delegated_device_id=dev-1", "",
        200, "{\"version\":\"2\",\"binaryData\":\"AP8=\"}"));
    site_carry(site, site->key, 0, 3600);
    check_versions(site);
    site->method = "POST";
}

static void
check_paths(struct site *site)
{
    static const char unknown[] =
        "{\"error\":{\"code\":404,\"message\":\"Method not found.\","
        "\"status\":\"NOT_FOUND\"}}";

    CHECK(
        site_answers(site, PLACE "dev-1:generateAccessToken", "{}", 501,
                     "{\"error\":{\"code\":501,\"message\":\"Access tokens are "
                     "not given out here.\",\"status\":\"UNIMPLEMENTED\"}}"));
    CHECK(site_answers(site, PLACE "dev-1:publish", "{}", 404, unknown));
    CHECK(site_answers(site, "/v2/x:publishEvent", "{}", 404, unknown));
    CHECK(site_answers(site, "/", "{}", 404, unknown));
    CHECK(site_answers(site, "", "{}", 404, unknown));
    CHECK(site_answers(site, PLACE "dev-1/config", "{}", 404, unknown));
    site->method = "GET";
    CHECK(site_answers(site, EVENT, "{}", 404, unknown));
    site->method = "POST";
    CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
}

/* How many of 100,000 calls in a second. */
static int
taken(struct rates *rates, int64_t second)
{
    int count = 0;

    for (int i = 0; i < 100000; i++)
        count += rates_allow(rates, 7, second);
    return count;
}

static void
check_rate(struct site *site)
{
    struct rates *slow = rates_new(90);

    CHECK(taken(site->bridge.rates, 1000) == 6000);
    CHECK(rates_allow(site->bridge.rates, 8, 1000));
    CHECK(taken(site->bridge.rates, 1001) == 100);
    CHECK(taken(slow, 1000) == 90);
    CHECK(taken(slow, 1001) == 1 && taken(slow, 1002) == 2);
    rates_free(&slow);
}

int
main(void)
{
    static struct site site;

    if (CHECK(site_open(&site))) {
        check_events(&site);
        check_base64(&site);
        check_bad_bodies(&site);
        check_refused_bodies(&site);
        check_states(&site);
        check_configs(&site);
        check_sizes(&site);
        check_paths(&site);
        check_rate(&site);
    }
    site_close(&site);
    return check_end();
}
