// SPDX-License-Identifier: Apache-2.0
/*
 * An HTTP/1.1 server in one thread: listeners, each with a table of routes,
 * and the signals that end and reload it.  It bounds what comes in: heads,
 * bodies, connections, and how long they take.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_routes;
struct http_server;

struct http_listener {
    const char *address; /* "127.0.0.1", "::" */
    uint16_t port;
    const char *certificate; /* NULL: no TLS */
    const char *key;         /* borrowed, for reloads, like all here */
    const struct http_routes *routes;
    size_t head_most;        /* bytes of a request line and headers together */
    size_t body_most;        /* bytes; more is answered 413 */
    size_t connections_most; /* open at once; more wait to be accepted */
    int seconds; /* that a request may take to arrive, or to begin */
};

/* Of the listeners with TLS. */
struct http_server_stats {
    uint64_t accepted;  /* connections, ever */
    uint64_t open;      /* now */
    uint64_t timed_out; /* ended for being slow or silent, ever */
};

/* NULL, having logged why. */
CHECKED struct http_server *
http_server_new(void);

/* Starts to listen.  False, having logged why: the address is taken, the
 * certificate is none, … */
CHECKED bool
http_server_listen(struct http_server *server,
                   const struct http_listener *listener);

/*
 * Serves until SIGTERM or SIGINT, then drains: nobody else is let in, requests
 * that have begun are answered, and after DRAIN seconds it ends in any case.
 * SIGHUP loads the certificates anew; if that fails the old ones stay.  TICK,
 * which may be NULL, is called about once a second.  False, having logged why.
 */
CHECKED bool
http_server_run(struct http_server *server, int drain,
                void (*tick)(void *context), void *context);

void
http_server_look(const struct http_server *server,
                 struct http_server_stats *stats);

/* Accepts NULL; clears the pointer. */
void
http_server_free(struct http_server **server);

#endif
