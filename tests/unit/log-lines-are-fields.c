// SPDX-License-Identifier: Apache-2.0
/*
 * A line of log has the fields that it was given and no other, whatever is in
 * them; what is too long is cut, and no field is lost by it; a token is never
 * in it.
 */
#include "base/logline.h"
#include "base/names.h"
#include "check.h"
#include "logfmt.h"

#include <string.h>

static char line[LOGLINE_MOST + 1];

static const char *
write(enum log_event event, const struct log_facts *facts, const char *text)
{
    logline_write(&(struct logline){ event, logline_level(event), facts, text },
                  line);
    return line;
}

static bool
is(const char *text, const char *expected)
{
    bool ok = strcmp(write(LOG_OTHER, NULL, text), expected) == 0;

    return check_that(ok, line, __FILE__, __LINE__) &&
           CHECK(logfmt_count(line) == 3);
}

static const struct names_path path = { "p-1", "eu", "reg", "dev-1" };

static void
check_fields(void)
{
    CHECK(strcmp(write(LOG_REFUSED,
                       &(struct log_facts){ .reason = "signature",
                                            .path = &path,
                                            .number = UINT64_MAX,
                                            .address = "2001:db8::1",
                                            .count = 7,
                                            .seconds = -3 },
                       "no"),
                 "level=warning event=refused msg=\"no\" reason=signature "
                 "project=p-1 location=eu registry=reg device=dev-1 "
                 "number=18446744073709551615 address=2001:db8::1 count=7 "
                 "seconds=-3") == 0);
    CHECK(logfmt_count(line) == 12);
    /* printf %s abc | sha256sum | cut -c-16 */
    CHECK(strcmp(
              write(LOG_ADMITTED,
                    &(struct log_facts){ .token = "abcdef", .token_length = 3 },
                    ""),
              "level=info event=admitted msg=\"\" "
              "token=ba7816bf8f01cfea") == 0);
    for (int i = 0; i < LOG_EVENTS; i++)
        CHECK(logfmt_count(write((enum log_event)i, NULL, "x")) == 3);
}

/* What a device may call itself. */
static void
check_escapes(void)
{
#define START "level=info event=other msg="
    CHECK(is("plain, it's (9) {}\t", START "\"plain, it's (9) {}\\u0009\""));
    CHECK(is("a\" event=admitted b=\"",
             START "\"a\\\" event\\u003dadmitted b\\u003d\\\"\""));
    CHECK(is("a\nlevel=error", START "\"a\\u000alevel\\u003derror\""));
    CHECK(is("\\\"", START "\"\\\\\\\"\""));
    CHECK(is("\x1b[2J\x7f\r", START "\"\\u001b[2J\\u007f\\u000d\""));
    CHECK(is("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91",
             START "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91\""));
    /* No UTF-8, cut short, overlong, a surrogate, a control character. */
    CHECK(is("\xff|\xe2\x82|\xc0\xaf|\xed\xa0\x80|\xc2\x9b",
             START "\"\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd|"
                   "\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\""));
    CHECK(
        strcmp(write(LOG_OTHER,
                     &(struct log_facts){ .topic = "/devices/a/x b=\"c" }, ""),
               START "\"\" topic=\"/devices/a/x b\\u003d\\\"c\"") == 0);
#undef START
}

/* All fields, each as long as it can be, of what takes the most room. */
static void
check_length(void)
{
    static char huge[100000];
    struct names_path long_path;
    const struct log_facts all = {
        .reason = "credential-unusable",
        .path = &long_path,
        .number = UINT64_MAX,
        .client = huge,
        .gateway = huge,
        .address = huge,
        .topic = huge,
        .token = huge,
        .token_length = sizeof huge,
        .file = huge,
        .count = UINT64_MAX,
        .seconds = INT64_MIN,
    };

    memset(huge, '\n', sizeof huge - 1);
    memset(&long_path, 'a', sizeof long_path);
    long_path.project[NAMES_ID_MOST] = long_path.location[NAMES_ID_MOST] = '\0';
    long_path.registry[NAMES_ID_MOST] = long_path.device[NAMES_ID_MOST] = '\0';
    CHECK(strlen(write(LOG_REFUSED, &all, huge)) <= LOGLINE_MOST);
    CHECK(logfmt_count(line) == 17);
    CHECK(strstr(line, " number=18446744073709551615 ") != NULL);
    CHECK(strstr(line, " seconds=-9223372036854775808") != NULL);
    CHECK(strstr(line, " reason=credential-unusable ") != NULL);

    /* A path that is as long as can be is told whole where there is room. */
    write(LOG_REFUSED, &(struct log_facts){ .path = &path, .topic = huge },
          "because");
    CHECK(logfmt_count(line) == 8);
    CHECK(strstr(line, " msg=\"because\" project=p-1 ") != NULL);
    CHECK(strstr(line, "\\u000a...\"") != NULL);
    long_path = path;
    memset(long_path.device, 'd', NAMES_ID_MOST);
    memset(huge, 'x', sizeof huge - 1);
    write(LOG_REFUSED, &(struct log_facts){ .path = &long_path }, huge);
    CHECK(strstr(line, long_path.device) != NULL);
    CHECK(strlen(line) == LOGLINE_MOST && strstr(line, "xxx...\" ") != NULL);
}

int
main(void)
{
    check_fields();
    check_escapes();
    check_length();
    return check_end();
}
