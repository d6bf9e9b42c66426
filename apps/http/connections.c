// SPDX-License-Identifier: Apache-2.0
/*
 * Every connection hangs on its SSL, which OpenSSL tells us when it is freed:
 * libevent 2.1 has no call for the end of a connection that never sent a whole
 * request.
 */
#include "connections.h"

#include "base/log.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdlib.h>
#include <sys/socket.h>

enum { HANDSHAKE_SECONDS = 10 };

struct connection {
    struct connections *all;
    struct connection *next, **link; /* NULL: not let in yet */
    struct bufferevent *buffer;
    SSL *ssl;
    int64_t since;   /* when the request began, or the wait for it */
    bool is_waiting; /* for a request: no byte of it has come */
};

struct connections {
    struct event_base *base;
    SSL_CTX *tls;
    struct connections_bounds bounds;
    int64_t second;
    struct evconnlistener *listener;
    struct connection *first;
    struct connection *spare; /* made beforehand: evhttp cannot be told no */
    int index;                /* of our data in an SSL */
    struct connections_count count;
};

/* Accepts again, if that is possible and there is room. */
static void
let_in(struct connections *all)
{
    if (all->listener != NULL && all->spare != NULL &&
        all->count.open < all->bounds.most)
        evconnlistener_enable(all->listener);
}

static void
unlink_connection(struct connection *connection)
{
    struct connections *all = connection->all;

    if (connection->link == NULL)
        return;
    *connection->link = connection->next;
    if (connection->next != NULL)
        connection->next->link = connection->link;
    all->count.open--;
    let_in(all);
}

static void
on_ssl_free(void *ssl, void *data, CRYPTO_EX_DATA *ad, int index, long argl,
            void *argp)
{
    struct connection *connection = data;

    (void)ssl, (void)ad, (void)index, (void)argl, (void)argp;
    if (connection == NULL)
        return;
    unlink_connection(connection);
    free(connection);
}

/* The first byte of a request starts its time. */
static void
on_bytes(struct evbuffer *input, const struct evbuffer_cb_info *info,
         void *data)
{
    struct connection *connection = data;

    (void)input;
    if (info->n_added == 0 || !connection->is_waiting)
        return;
    connection->is_waiting = false;
    connection->since = connection->all->second;
}

/* A connection that nobody has yet. */
static struct connection *
connection_new(struct connections *all)
{
    struct connection *it = calloc(1, sizeof *it);
    SSL *ssl = SSL_new(all->tls);

    if (it == NULL || ssl == NULL)
        goto fail;
    it->all = all;
    it->ssl = ssl;
    it->is_waiting = true;
    it->buffer = bufferevent_openssl_socket_new(
        all->base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (it->buffer == NULL)
        goto fail;
    /* evhttp reads one request at a time and would let the next ones pile up
     * behind an answer that nobody reads. */
    bufferevent_setwatermark(it->buffer, EV_READ, 0, all->bounds.bytes);
    if (!SSL_set_ex_data(ssl, all->index, it) ||
        evbuffer_add_cb(bufferevent_get_input(it->buffer), on_bytes, it) ==
            NULL) {
        SSL_set_ex_data(ssl, all->index, NULL);
        bufferevent_free(it->buffer);
        ssl = NULL;
        goto fail;
    }
    return it;
fail:
    log_error("out of memory for a connection");
    SSL_free(ssl);
    free(it);
    return NULL;
}

struct connections *
connections_new(struct event_base *base, SSL_CTX *tls,
                const struct connections_bounds *bounds)
{
    struct connections *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    it->base = base;
    it->bounds = *bounds;
    it->index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_free);
    if (it->index < 0 || !SSL_CTX_up_ref(tls)) {
        free(it);
        return NULL;
    }
    it->tls = tls;
    it->spare = connection_new(it);
    if (it->spare == NULL)
        connections_free(&it);
    return it;
}

void
connections_listen(struct connections *connections,
                   struct evconnlistener *listener)
{
    connections->listener = listener;
    if (listener == NULL && connections->spare != NULL) {
        bufferevent_free(connections->spare->buffer);
        connections->spare = NULL;
    }
}

struct bufferevent *
connections_next(struct event_base *base, void *data)
{
    struct connections *all = data;
    struct connection *it = all->spare;

    (void)base;
    all->spare = connection_new(all);
    it->since = all->second;
    it->next = all->first;
    it->link = &all->first;
    if (it->next != NULL)
        it->next->link = &it->next;
    all->first = it;
    all->count.accepted++;
    all->count.open++;
    /* libevent looks at this before it accepts another one. */
    if (all->spare == NULL || all->count.open >= all->bounds.most)
        evconnlistener_disable(all->listener);
    return it->buffer;
}

bool
connections_set_tls(struct connections *connections, SSL_CTX *tls)
{
    SSL_CTX *old = connections->tls;
    struct connection *spare;

    connections->tls = tls;
    spare = connection_new(connections);
    if (spare == NULL || !SSL_CTX_up_ref(tls)) {
        connections->tls = old;
        if (spare != NULL)
            bufferevent_free(spare->buffer);
        return false;
    }
    if (connections->spare != NULL)
        bufferevent_free(connections->spare->buffer);
    connections->spare = spare;
    SSL_CTX_free(old);
    return true;
}

void
connections_answered(struct connections *connections,
                     struct bufferevent *buffer)
{
    struct connection *it = SSL_get_ex_data(bufferevent_openssl_get_ssl(buffer),
                                            connections->index);

    it->is_waiting = evbuffer_get_length(bufferevent_get_input(buffer)) == 0;
    it->since = connections->second;
}

/* Nobody is served by it just now. */
static bool
is_at_rest(const struct connection *connection)
{
    return connection->is_waiting &&
           evbuffer_get_length(bufferevent_get_output(connection->buffer)) == 0;
}

static bool
is_over(const struct connection *connection, bool draining)
{
    const struct connections *all = connection->all;
    int64_t age = all->second - connection->since;

    if (!SSL_is_init_finished(connection->ssl))
        return draining || age > HANDSHAKE_SECONDS || age > all->bounds.seconds;
    return age > all->bounds.seconds || (draining && is_at_rest(connection));
}

void
connections_sweep(struct connections *connections, int64_t second,
                  bool draining)
{
    connections->second = second;
    if (connections->spare == NULL && connections->listener != NULL)
        connections->spare = connection_new(connections);
    let_in(connections);
    for (struct connection *it = connections->first; it != NULL;
         it = it->next) {
        evutil_socket_t descriptor = bufferevent_getfd(it->buffer);

        if (descriptor < 0 || !is_over(it, draining))
            continue;
        connections->count.timed_out += !draining;
        it->since = second;
        /* evhttp then finds it closed, and tidies up by itself. */
        shutdown(descriptor, SHUT_RDWR);
    }
}

struct connections_count
connections_look(const struct connections *connections)
{
    return connections->count;
}

void
connections_free(struct connections **connections)
{
    if (*connections == NULL)
        return;
    SSL_CTX_free((*connections)->tls);
    free(*connections);
    *connections = NULL;
}
