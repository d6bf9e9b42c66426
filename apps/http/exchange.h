// SPDX-License-Identifier: Apache-2.0
/*
 * One request of evhttp's and its answer: what stands between libevent and
 * handlers, which know neither it nor sockets.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/checked.h"
#include "request.h"

#include <stdbool.h>

struct evhttp_request;
struct http_routes;

struct exchange {
    struct evhttp_request *from;
    struct http_answer answer;
    bool is_last;          /* what follows on its connection is no request */
    struct exchange *next; /* the owner's */
};

/* NULL when memory is short: FROM has then been answered with 500. */
CHECKED struct exchange *
exchange_new(struct evhttp_request *from);

/* Has the request handled; the answer may still be missing afterwards. */
void
exchange_handle(struct exchange *exchange, const struct http_routes *routes);

/* Sends the answer, if the client is still there, and frees all.  When DRAINING
 * its connection ends with it unless more has come already. */
void
exchange_end(struct exchange **exchange, bool draining);

#endif
