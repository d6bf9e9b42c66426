// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of the broker's log: whatever they say, they are read within their
 * bytes, news are left as they were, and what is heard is in the line.
 */
#include "bridge/heard.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_within(const char *line, size_t size, const char *text)
{
    if (text != NULL && (text < line || text + strlen(text) > line + size))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1);
    enum heard_kind glance;
    struct heard heard;

    if (line == NULL)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    glance = heard_glance(line);
    heard_read(line, &heard);
    if (glance != heard.kind &&
        (heard.kind != HEARD_DEBUG || glance == HEARD_NEWS))
        abort();
    check_within(line, size, heard.client);
    check_within(line, size, heard.topic);
    if (heard.kind == HEARD_NEWS && memcmp(line, data, size) != 0)
        abort();
    if (heard.mid > 65535 || heard.qos > 2 ||
        (heard.kind > HEARD_DEBUG) != (heard.client != NULL))
        abort();
    free(line);
    return 0;
}
