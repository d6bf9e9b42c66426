// SPDX-License-Identifier: Apache-2.0
/*
 * What gateways send to have a device attached: as documented, as real ones
 * do, and what is nearly a token.
 */
#include "check.h"
#include "gate/gate.h"

#include <string.h>

static const struct {
    const char *payload;
    const char *token; /* NULL for none */
} rows[] = {
    { "{\"authorization\": \"e30.e30.AA\"}", "e30.e30.AA" },
    { "{'authorization' : e30.e30.AA}", "e30.e30.AA" },
    { "{ 'authorization' : 'e30=.e3+/.A_-=' }", "e30=.e3+/.A_-=" },
    { "e30.e30.AA", "e30.e30.AA" },
    { "azAZ09.za.ZA", "azAZ09.za.ZA" },
    { "{\"a\":\"1.2\",\"authorization\":\"e30.e30.AA\"}", "e30.e30.AA" },
    { "", NULL },
    { "{}", NULL },
    { "{\"authorization\":\"\"}", NULL },
    { "{\"authorization\":\"e30.e30\"}", NULL },
    { "{\"authorization\":\"e30.e30.\"}", NULL },
    { "{\"authorization\":\".e30.AA\"}", NULL },
    { "{\"authorization\":\"e30..AA\"}", NULL },
    { "{\"authorization\":\"e30.e30.AA.AA\"}", NULL },
    { "...", NULL },
};

int
main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *token = NULL;
        char text[128];
        size_t length = 0;
        bool found;

        /* What stands behind the payload is none of it. */
        snprintf(text, sizeof text, "%sA", rows[i].payload);
        found = gate_find_token(text, strlen(rows[i].payload), &token, &length);
        if (!CHECK(found == (rows[i].token != NULL)) ||
            !CHECK(!found || (length == strlen(rows[i].token) &&
                              memcmp(token, rows[i].token, length) == 0)))
            fprintf(stderr, "  %s\n", rows[i].payload);
    }
    return check_end();
}
