// SPDX-License-Identifier: Apache-2.0
/*
 * A request as it comes off the wire: the first line is its target, "?" and
 * all, the rest its body.  What is understood is within its bounds and can be
 * written again; what is not is answered with JSON that others can read.
 */
#include "http/request.h"
#include "http/routes.h"
#include "httpbridge/body.h"
#include "httpbridge/problem.h"
#include "libiotjwt/base64url.h"

#include <jansson.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
insist(bool is_so)
{
    if (!is_so)
        abort();
}

static void
check_problem(const struct problem *problem, struct http_answer *answer)
{
    json_t *json;

    problem_answer(problem, answer);
    json = json_loadb(answer->body, answer->length, 0, NULL);
    insist(json != NULL && answer->status >= 400);
    json_decref(json);
}

static void
check_body(struct body *body, size_t length)
{
    char *text = body_base64(body->data, body->length);
    unsigned char *again = malloc(strlen(text) + 1);
    size_t size;

    insist(body->length <= length);
    insist(strlen(body->subfolder) <= NAMES_SUBFOLDER_MOST);
    insist(body->gateway.gateway[0] == '\0' ||
           body->gateway.delegated[0] == '\0');
    insist(iotjwt_base64url_decode(text, strlen(text), again, &size));
    insist(size == body->length &&
           (size == 0 || memcmp(again, body->data, size) == 0));
    free(again);
    free(text);
}

typedef bool
reader(const char *text, size_t length, struct body *body,
       struct problem *problem);

static void
try_body(reader *read, const struct http_request *request,
         struct http_answer *answer)
{
    struct body body;
    struct problem problem;

    insist(request->name_length < 20000 && request->name != NULL);
    if (read(request->body, request->body_length, &body, &problem)) {
        check_body(&body, request->body_length);
        http_answer_json(answer, 200, "{}");
    } else
        check_problem(&problem, answer);
    body_clear(&body);
}

static void
try_event(void *context, const struct http_request *request,
          struct http_answer *answer)
{
    (void)context;
    try_body(body_read_event, request, answer);
}

static void
try_state(void *context, const struct http_request *request,
          struct http_answer *answer)
{
    (void)context;
    try_body(body_read_state, request, answer);
}

static void
try_query(void *context, const struct http_request *request,
          struct http_answer *answer)
{
    struct http_query *query = http_query_read(request->query);
    struct body_gateway gateway = { "", "" };
    struct problem problem;

    (void)context;
    if (query != NULL &&
        !body_set_gateway(&gateway, http_query_value(query, "a"),
                          http_query_value(query, "b"), &problem))
        check_problem(&problem, answer);
    else
        http_answer_json(answer, 200, "{}");
    http_query_free(&query);
}

static const struct http_route rows[] = {
    { "POST", "/v1/", ":publishEvent", try_event },
    { "POST", "/v1/", ":setState", try_state },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct http_routes routes = { .rows = rows,
                                               .count = 2,
                                               .otherwise = try_query };
    const uint8_t *end = memchr(data, '\n', size);
    size_t head = end != NULL ? (size_t)(end - data) : size;
    char *target = strndup((const char *)data, head);
    size_t length = end != NULL ? size - head - 1 : 0;
    char *body = malloc(length > 0 ? length : 1);
    char *query = strchr(target, '?');
    struct http_request request = { .method = "POST",
                                    .path = target,
                                    .query = "",
                                    .address = "",
                                    .body = body,
                                    .body_length = length,
                                    .name = "" };
    struct http_answer answer = { .status = 0 };

    if (length > 0)
        memcpy(body, end + 1, length);
    if (query != NULL) {
        *query = '\0';
        request.query = query + 1;
    }
    http_routes_answer(&routes, &request, &answer);
    insist(answer.status != 0);
    http_answer_clear(&answer);
    free(body);
    free(target);
    return 0;
}
