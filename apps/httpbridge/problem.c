// SPDX-License-Identifier: Apache-2.0
/*
 * Writes the error JSON.  When there is one is for the calls to say.
 */
#include "problem.h"

#include "http/request.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status; /* of HTTP */
    int number; /* of google.rpc.Code */
    const char *word;
} codes[] = {
    [PROBLEM_NONE] = { 200, 0, "OK" },
    [PROBLEM_INVALID_ARGUMENT] = { 400, 3, "INVALID_ARGUMENT" },
    [PROBLEM_PERMISSION_DENIED] = { 403, 7, "PERMISSION_DENIED" },
    [PROBLEM_NOT_FOUND] = { 404, 5, "NOT_FOUND" },
    [PROBLEM_RESOURCE_EXHAUSTED] = { 429, 8, "RESOURCE_EXHAUSTED" },
    [PROBLEM_FAILED_PRECONDITION] = { 400, 9, "FAILED_PRECONDITION" },
    [PROBLEM_OUT_OF_RANGE] = { 400, 11, "OUT_OF_RANGE" },
    [PROBLEM_UNIMPLEMENTED] = { 501, 12, "UNIMPLEMENTED" },
    [PROBLEM_INTERNAL] = { 500, 13, "INTERNAL" },
    [PROBLEM_UNAVAILABLE] = { 503, 14, "UNAVAILABLE" },
    [PROBLEM_UNAUTHENTICATED] = { 401, 16, "UNAUTHENTICATED" },
};

bool
problem_set(struct problem *problem, enum problem_code code, const char *field,
            const char *format, ...)
{
    va_list arguments;

    problem->code = code;
    snprintf(problem->field, sizeof problem->field, "%s", field);
    va_start(arguments, format);
    vsnprintf(problem->message, sizeof problem->message, format, arguments);
    va_end(arguments);
    return false;
}

int
problem_number(enum problem_code code)
{
    return codes[code].number;
}

static json_t *
details_of(const struct problem *problem)
{
    return json_pack("[{s:s, s:[{s:s, s:s}]}]", "@type",
                     "type.googleapis.com/google.rpc.BadRequest",
                     "fieldViolations", "field", problem->field, "description",
                     problem->message);
}

void
problem_answer(const struct problem *problem, struct http_answer *answer)
{
    int status = codes[problem->code].status;
    json_t *error =
        json_pack("{s:i, s:s, s:s}", "code", status, "message",
                  problem->message, "status", codes[problem->code].word);
    json_t *whole = json_pack("{s:o*}", "error", error);
    char *text = NULL;

    if (problem->field[0] == '\0' ||
        json_object_set_new(error, "details", details_of(problem)) == 0)
        text = json_dumps(whole, JSON_COMPACT);
    json_decref(whole);
    http_answer_text(answer, status, "application/json; charset=UTF-8", text);
}
