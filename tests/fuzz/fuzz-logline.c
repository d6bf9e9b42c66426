// SPDX-License-Identifier: Apache-2.0
/*
 * A line of log about anything: it has the fields that it was given and no
 * other, and is no longer than it may be.  A NUL ends a value.
 */
#include "../unit/logfmt.h"
#include "base/logline.h"
#include "base/names.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next value, and past it. */
static const char *
take(const char **at, const char *end, size_t *fields)
{
    const char *value = *at;

    if (value >= end || *value == '\0') {
        *at = value < end ? value + 1 : end;
        return NULL;
    }
    *at += strlen(value) + 1;
    (*fields)++;
    return value;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    char line[LOGLINE_MOST + 1];
    struct names_path path = { .project = "p" };
    struct log_facts facts = { .path = &path };
    const char *at = text;
    const char *device;
    size_t fields = 4;

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    device = take(&at, text + size, &fields);
    if (device != NULL)
        snprintf(path.device, sizeof path.device, "%s", device);
    facts.client = take(&at, text + size, &fields);
    facts.topic = take(&at, text + size, &fields);
    facts.reason = take(&at, text + size, &fields);
    facts.address = take(&at, text + size, &fields);
    logline_write(&(struct logline){ LOG_REFUSED, LOG_LEVEL_WARNING, &facts,
                                     at < text + size ? at : "" },
                  line);
    if (logfmt_count(line) != fields || strlen(line) > LOGLINE_MOST)
        abort();
    free(text);
    return 0;
}
