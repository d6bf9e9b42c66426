// SPDX-License-Identifier: Apache-2.0
/*
 * libevent 2.1 has no call for the end of a connection that never sent a whole
 * request.  One with TLS hangs on its SSL, which OpenSSL tells us when it is
 * freed; of one without we hold a reference and look whether evhttp has let go.
 */
#include "connections.h"

#include "base/log.h"
#include "pages.h"
#include "routes.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { HANDSHAKE_SECONDS = 10 };

struct connection {
    struct connections *all;
    struct connection *next, **link; /* NULL: not let in yet */
    struct bufferevent *buffer;
    SSL *ssl;        /* NULL without TLS */
    int64_t since;   /* when the request began, or the wait for it */
    bool is_waiting; /* for a request: no byte of it has come */
    bool is_refused; /* evhttp's page was replaced, and is to end it */
};

struct connections {
    struct event_base *base;
    SSL_CTX *tls; /* NULL for none */
    struct connections_bounds bounds;
    const struct http_routes *routes;
    bool is_answering; /* what is written is no page of evhttp's */
    bool is_replacing; /* and nor is this */
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

static void
on_answer(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->buffer);

    connection->is_waiting = evbuffer_get_length(input) == 0;
    connection->since = connection->all->second;
}

/* Whom it comes from, in digits. */
static void
write_address(const struct connection *connection, char *text, size_t size)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;

    if (getpeername(bufferevent_getfd(connection->buffer),
                    (struct sockaddr *)&peer, &length) != 0 ||
        getnameinfo((struct sockaddr *)&peer, length, text, (socklen_t)size,
                    NULL, 0, NI_NUMERICHOST) != 0)
        strcpy(text, "nowhere");
}

/* What evhttp says by itself comes in parts; the first one is replaced by all
 * that there is to say, the others by nothing. */
static void
replace_page(struct connection *connection, struct evbuffer *output,
             size_t kept)
{
    char address[64];

    /* A plain one's is written to at its end alone. */
    (void)evbuffer_unfreeze(output, true);
    if (connection->is_refused) {
        (void)!page_cut(output, kept);
    } else {
        write_address(connection, address, sizeof address);
        connection->is_refused =
            page_replace(output, kept, connection->all->routes, address);
    }
    if (connection->ssl == NULL)
        (void)evbuffer_freeze(output, true);
}

static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *info,
          void *data)
{
    struct connection *connection = data;
    struct connections *all = connection->all;

    if (info->n_added == 0 || all->is_replacing)
        return;
    if (all->is_answering) {
        on_answer(connection);
    } else if (all->routes->refuse != NULL) {
        all->is_replacing = true;
        replace_page(connection, output, info->orig_size);
        all->is_replacing = false;
    }
}

/* False: memory is short, and there is nothing to free. */
static bool
open_plain(struct connection *it)
{
    it->buffer =
        bufferevent_socket_new(it->all->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (it->buffer == NULL)
        return false;
    bufferevent_incref(it->buffer);
    return true;
}

static bool
open_encrypted(struct connection *it)
{
    it->ssl = SSL_new(it->all->tls);
    if (it->ssl == NULL)
        return false;
    /* Which frees the SSL if it cannot. */
    it->buffer = bufferevent_openssl_socket_new(it->all->base, -1, it->ssl,
                                                BUFFEREVENT_SSL_ACCEPTING,
                                                BEV_OPT_CLOSE_ON_FREE);
    if (it->buffer == NULL)
        return false;
    if (SSL_set_ex_data(it->ssl, it->all->index, it))
        return true;
    bufferevent_free(it->buffer);
    return false;
}

/* Ends one that nobody has. */
static void
connection_drop(struct connection *connection)
{
    struct bufferevent *buffer = connection->buffer;

    if (connection->ssl == NULL) {
        bufferevent_decref(buffer);
        free(connection);
    }
    bufferevent_free(buffer);
}

/* A connection that nobody has yet. */
static struct connection *
connection_new(struct connections *all)
{
    struct connection *it = calloc(1, sizeof *it);

    if (it == NULL)
        goto fail;
    it->all = all;
    it->is_waiting = true;
    if (all->tls != NULL ? !open_encrypted(it) : !open_plain(it)) {
        free(it);
        goto fail;
    }
    /* evhttp reads one request at a time and would let the next ones pile up
     * behind an answer that nobody reads. */
    bufferevent_setwatermark(it->buffer, EV_READ, 0, all->bounds.bytes);
    if (evbuffer_add_cb(bufferevent_get_input(it->buffer), on_bytes, it) !=
            NULL &&
        evbuffer_add_cb(bufferevent_get_output(it->buffer), on_output, it) !=
            NULL)
        return it;
    connection_drop(it);
fail:
    log_error("out of memory for a connection");
    return NULL;
}

struct connections *
connections_new(struct event_base *base, SSL_CTX *tls,
                const struct connections_bounds *bounds,
                const struct http_routes *routes)
{
    struct connections *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    it->base = base;
    it->bounds = *bounds;
    it->routes = routes;
    it->index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_free);
    if (it->index < 0 || (tls != NULL && !SSL_CTX_up_ref(tls))) {
        log_error("out of memory");
        free(it);
        return NULL;
    }
    it->tls = tls;
    it->spare = connection_new(it);
    if (it->spare == NULL)
        connections_free(&it);
    return it;
}

/* Tidies up after those without TLS that evhttp is done with: it has taken its
 * callbacks back. */
static void
reap(struct connections *all)
{
    struct connection *next = all->tls == NULL ? all->first : NULL;

    while (next != NULL) {
        struct connection *it = next;
        bufferevent_event_cb on_event = NULL;

        next = it->next;
        bufferevent_getcb(it->buffer, NULL, NULL, &on_event, NULL);
        if (on_event != NULL)
            continue;
        unlink_connection(it);
        bufferevent_decref(it->buffer);
        free(it);
    }
}

void
connections_listen(struct connections *connections,
                   struct evconnlistener *listener)
{
    connections->listener = listener;
    if (listener == NULL && connections->spare != NULL) {
        connection_drop(connections->spare);
        connections->spare = NULL;
    }
}

struct bufferevent *
connections_next(struct event_base *base, void *data)
{
    struct connections *all = data;
    struct connection *it = all->spare;

    (void)base;
    reap(all);
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
            connection_drop(spare);
        return false;
    }
    if (connections->spare != NULL)
        connection_drop(connections->spare);
    connections->spare = spare;
    SSL_CTX_free(old);
    return true;
}

void
connections_answering(struct connections *connections, bool is_answering)
{
    connections->is_answering = is_answering;
}

/* Nobody is served by it just now, and nothing has come that we have not seen:
 * what a client has sent before it learns of the end is answered. */
static bool
is_at_rest(const struct connection *connection)
{
    int unread = 0;

    return connection->is_waiting &&
           evbuffer_get_length(bufferevent_get_output(connection->buffer)) ==
               0 &&
           ioctl(bufferevent_getfd(connection->buffer), FIONREAD, &unread) ==
               0 &&
           unread == 0;
}

static bool
is_over(const struct connection *connection, bool draining)
{
    const struct connections *all = connection->all;
    int64_t age = all->second - connection->since;
    bool is_greeting =
        connection->ssl != NULL && !SSL_is_init_finished(connection->ssl);

    return age > all->bounds.seconds ||
           (is_greeting && age > HANDSHAKE_SECONDS) ||
           (draining && is_at_rest(connection));
}

void
connections_sweep(struct connections *connections, int64_t second,
                  bool draining)
{
    connections->second = second;
    reap(connections);
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
