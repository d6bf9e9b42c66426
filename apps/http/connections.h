// SPDX-License-Identifier: Apache-2.0
/*
 * The connections of one listener: how many there are, how long each has
 * taken, and whose words go out on them.  evhttp owns them and speaks HTTP on
 * them; it bounds neither.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include "base/checked.h"

#include <openssl/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bufferevent;
struct connections;
struct event_base;
struct evconnlistener;
struct http_routes;

struct connections_bounds {
    size_t most;  /* open at once */
    int seconds;  /* for a request to begin, and to be whole */
    size_t bytes; /* that one may have sent and nobody has read */
};

/* NULL, having logged why.  Takes a reference of its own to TLS, or NULL for
 * none; ROUTES, borrowed, say what to answer where evhttp would send a page. */
CHECKED struct connections *
connections_new(struct event_base *base, SSL_CTX *tls,
                const struct connections_bounds *bounds,
                const struct http_routes *routes);

/* Who lets them in: disabled while there are enough.  NULL: nobody any more; to
 * be said before the event base ends. */
void
connections_listen(struct connections *connections,
                   struct evconnlistener *listener);

/* For evhttp_set_bevcb, with the connections for its argument: what the next
 * connection speaks through.  Never NULL, which evhttp takes for no TLS. */
struct bufferevent *
connections_next(struct event_base *base, void *connections);

/* Who comes from now on meets another certificate.  False: memory is short,
 * and nothing has changed. */
CHECKED bool
connections_set_tls(struct connections *connections, SSL_CTX *tls);

/* What is written from now on answers a request; all else is evhttp's. */
void
connections_answering(struct connections *connections, bool is_answering);

/* Ends those that have been too slow by SECOND, a count that the caller keeps;
 * when DRAINING also those that wait for another request.  To be called once
 * a second, and once more between the end of evhttp and that of the base. */
void
connections_sweep(struct connections *connections, int64_t second,
                  bool draining);

/* How many are open, came ever, and were ended for being slow. */
struct connections_count {
    size_t open;
    uint64_t accepted;
    uint64_t timed_out;
};

struct connections_count
connections_look(const struct connections *connections);

/* To be called when there is no event base any more: that ends the last of
 * them.  Accepts NULL; clears the pointer. */
void
connections_free(struct connections **connections);

#endif
