// SPDX-License-Identifier: Apache-2.0
/*
 * Makes answers.  What they say is for the handlers.  RFC 9110 section 15.
 */
#include "request.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    int status;
    const char *word;
} words[] = {
    { 200, "OK" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 409, "Conflict" },
    { 429, "Too Many Requests" }, /* RFC 6585 section 4 */
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
};

const char *
http_status_word(int status)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].status == status)
            return words[i].word;
    return "Unknown";
}

void
http_answer_text(struct http_answer *answer, int status, const char *type,
                 char *body)
{
    answer->status = body != NULL ? status : 500;
    answer->type = type;
    answer->body = body;
    answer->length = body != NULL ? strlen(body) : 0;
}

void
http_answer_json(struct http_answer *answer, int status, const char *json)
{
    http_answer_text(answer, status, "application/json; charset=UTF-8",
                     strdup(json));
}

void
http_answer_clear(struct http_answer *answer)
{
    free(answer->body);
    memset(answer, 0, sizeof *answer);
}
