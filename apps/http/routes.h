// SPDX-License-Identifier: Apache-2.0
/*
 * Which handler answers which request: one table, looked through in order.
 * Pure, as requests and answers are.
 */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct http_answer;

typedef void
http_handler(void *context, const struct http_request *request,
             struct http_answer *answer);

/* Takes requests of METHOD whose path, decoded, begins and ends like this; what
 * is between is the request's name. */
struct http_route {
    const char *method;
    const char *start;
    const char *end; /* NULL: nothing may follow, and there is no name */
    http_handler *handle;
};

struct http_routes {
    const struct http_route *rows;
    size_t count;
    http_handler *otherwise; /* for requests that no row takes */
    void *context;           /* for all of them */

    /* Answers every request that a handler has left without an answer; called
     * soon after there is one, when those that came with it were handled too.
     * NULL: handlers answer at once. */
    void (*settle)(void *context);

    /* Answers what is no request, or none that could be believed; STATUS says
     * which: 400, 413, ….  It ends the connection.  NULL: a page is sent. */
    void (*refuse)(void *context, int status, const char *address,
                   struct http_answer *answer);
};

/*
 * Has REQUEST answered.  Its path is percent-decoded (RFC 3986 section 2.1)
 * before it is compared, so that "%3ApublishEvent" is ":publishEvent".
 */
void
http_routes_answer(const struct http_routes *routes,
                   const struct http_request *request,
                   struct http_answer *answer);

/* The parameters of a query, RFC 3986 section 3.4. */
struct http_query;

/* Reads a query, "a=b&c=d".  NULL: memory is short, or it makes no sense. */
CHECKED struct http_query *
http_query_read(const char *text);

/* The decoded value of a parameter, borrowed from QUERY; NULL for none. */
const char *
http_query_value(const struct http_query *query, const char *name);

void
http_query_free(struct http_query **query);

#endif
