// SPDX-License-Identifier: Apache-2.0
/*
 * libevent's evhttp with what it leaves open: TLS, bounds, signals, draining.
 * What is answered the routes say; how long connections last is counted in
 * connections.c.  RFC 9112.
 */
#include "server.h"

#include "base/log.h"
#include "connections.h"
#include "exchange.h"
#include "routes.h"
#include "tls.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include <openssl/ssl.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Answers that wait to be settled together, and bodies with them. */
enum { HELD_MOST = 64 };

/* One listener and what came in by it. */
struct door {
    struct http_server *server;
    struct http_listener settings;
    struct evhttp *http;
    struct evhttp_bound_socket *socket;
    struct connections *connections;
    bool is_starved;       /* no descriptor was left to accept with */
    struct exchange *held; /* what waits to be settled */
    size_t held_count;
    struct event *settle;
    struct door *next;
};

struct http_server {
    struct event_base *base;
    struct event *signals[3];
    struct event *tick;
    struct door *doors;
    int64_t second; /* since the start */
    int64_t end;    /* the second in which draining ends; 0: not draining */
    int drain;
    void (*on_tick)(void *context);
    void *context;
};

static void
send_answer(struct door *door, struct exchange *exchange)
{
    connections_answering(door->connections, true);
    exchange_end(&exchange, door->server->end != 0);
    connections_answering(door->connections, false);
}

/* Has all that wait for it answered. */
static void
door_settle(struct door *door)
{
    struct exchange *next = door->held;

    if (next == NULL)
        return;
    door->settings.routes->settle(door->settings.routes->context);
    door->held = NULL;
    door->held_count = 0;
    while (next != NULL) {
        struct exchange *it = next;

        next = it->next;
        it->next = NULL;
        send_answer(door, it);
    }
}

static void
on_settle(evutil_socket_t none, short what, void *data)
{
    (void)none, (void)what;
    door_settle(data);
}

/* What was readable together with this one is handled before on_settle runs:
 * libevent appends to the events that it has found. */
static void
door_hold(struct door *door, struct exchange *exchange)
{
    if (door->held == NULL)
        event_active(door->settle, EV_TIMEOUT, 0);
    exchange->next = door->held;
    door->held = exchange;
    if (++door->held_count >= HELD_MOST)
        door_settle(door);
}

static void
on_request(struct evhttp_request *from, void *data)
{
    struct door *door = data;
    struct exchange *exchange = exchange_new(from);

    if (exchange == NULL)
        return;
    exchange_handle(exchange, door->settings.routes);
    if (exchange->answer.status == 0 && door->settings.routes->settle != NULL)
        door_hold(door, exchange);
    else
        send_answer(door, exchange);
}

/* Too many files are open; another try with every tick. */
static void
on_accept_error(struct evconnlistener *listener, void *data)
{
    struct door *door = data;

    log_error("cannot accept a connection: %s", strerror(errno));
    evconnlistener_disable(listener);
    door->is_starved = true;
}

/* Sets up what connections speak through, and how. */
static bool
door_connect(struct door *door)
{
    const struct http_listener *settings = &door->settings;
    const struct connections_bounds bounds = {
        .most = settings->connections_most,
        .seconds = settings->seconds,
        .bytes = settings->head_most + settings->body_most,
    };
    SSL_CTX *tls = NULL;

    if (settings->certificate != NULL) {
        tls = http_tls_new(settings->certificate, settings->key);
        if (tls == NULL)
            return false;
    }
    door->connections =
        connections_new(door->server->base, tls, &bounds, settings->routes);
    SSL_CTX_free(tls);
    if (door->connections == NULL)
        return false;
    evhttp_set_bevcb(door->http, connections_next, door->connections);
    return true;
}

/* Without this, what is answered in two parts waits 40 ms for a client that
 * delays its acknowledgements; connections inherit it. */
static void
send_at_once(struct evhttp_bound_socket *bound)
{
    int on = 1;

    (void)setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP,
                     TCP_NODELAY, &on, sizeof on);
}

static bool
door_open(struct door *door)
{
    const struct http_listener *settings = &door->settings;
    struct evconnlistener *listener;

    door->http = evhttp_new(door->server->base);
    door->settle = event_new(door->server->base, -1, 0, on_settle, door);
    if (door->http == NULL || door->settle == NULL) {
        log_error("out of memory");
        return false;
    }
    evhttp_set_max_headers_size(door->http, (ev_ssize_t)settings->head_most);
    evhttp_set_max_body_size(door->http, (ev_ssize_t)settings->body_most);
    /* connections.c comes first: evhttp only sees silence, not slowness. */
    evhttp_set_timeout(door->http, 2 * settings->seconds);
    evhttp_set_flags(door->http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_gencb(door->http, on_request, door);
    /* Any that evhttp knows: what a method is good for the routes say. */
    evhttp_set_allowed_methods(door->http, UINT16_MAX);
    if (!door_connect(door))
        return false;
    door->socket = evhttp_bind_socket_with_handle(door->http, settings->address,
                                                  settings->port);
    if (door->socket == NULL) {
        log_error("cannot listen at %s port %u: %s", settings->address,
                  (unsigned)settings->port, strerror(errno));
        return false;
    }
    send_at_once(door->socket);
    listener = evhttp_bound_socket_get_listener(door->socket);
    connections_listen(door->connections, listener);
    evconnlistener_set_error_cb(listener, on_accept_error);
    return true;
}

/* No more connections; those that are there stay. */
static void
door_shut(struct door *door)
{
    if (door->connections != NULL)
        connections_listen(door->connections, NULL);
    if (door->socket != NULL)
        evhttp_del_accept_socket(door->http, door->socket);
    door->socket = NULL;
}

static void
door_reload(struct door *door)
{
    const struct http_listener *settings = &door->settings;
    SSL_CTX *tls;

    if (settings->certificate == NULL || door->socket == NULL)
        return;
    tls = http_tls_new(settings->certificate, settings->key);
    if (tls != NULL && connections_set_tls(door->connections, tls))
        log_event(LOG_CERTIFICATE_LOADED,
                  &(struct log_facts){ .file = settings->certificate },
                  "the certificate is loaded anew: %s", settings->certificate);
    else
        log_event(LOG_CERTIFICATE_FAILED,
                  &(struct log_facts){ .file = settings->certificate },
                  "the old certificate stays: %s", settings->certificate);
    SSL_CTX_free(tls);
}

static void
door_tick(struct door *door)
{
    const struct http_server *server = door->server;

    if (door->is_starved && door->socket != NULL)
        evconnlistener_enable(evhttp_bound_socket_get_listener(door->socket));
    door->is_starved = false;
    connections_sweep(door->connections, server->second, server->end != 0);
}

static void
drain(struct http_server *server)
{
    if (server->end != 0)
        return;
    log_event(LOG_DRAINING, &(struct log_facts){ .seconds = server->drain },
              "draining: nobody else is let in");
    server->end = server->second + server->drain + 1;
    for (struct door *door = server->doors; door != NULL; door = door->next) {
        door_shut(door);
        door_tick(door);
    }
}

static void
on_signal(evutil_socket_t number, short what, void *data)
{
    struct http_server *server = data;

    (void)what;
    if (number != SIGHUP) {
        drain(server);
        return;
    }
    for (struct door *door = server->doors; door != NULL; door = door->next)
        door_reload(door);
}

static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

static void
on_tick(evutil_socket_t none, short what, void *data)
{
    struct http_server *server = data;
    struct http_server_stats stats;

    (void)none, (void)what;
    server->second++;
    for (struct door *door = server->doors; door != NULL; door = door->next)
        door_tick(door);
    if (server->on_tick != NULL)
        server->on_tick(server->context);
    http_server_look(server, &stats);
    if (server->end != 0 && (stats.open == 0 || server->second >= server->end))
        event_base_loopbreak(server->base);
}

static bool
add_events(struct http_server *server)
{
    const struct timeval second = { .tv_sec = 1 };

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        server->signals[i] =
            evsignal_new(server->base, signals[i], on_signal, server);
        if (server->signals[i] == NULL ||
            event_add(server->signals[i], NULL) != 0)
            return false;
    }
    server->tick = event_new(server->base, -1, EV_PERSIST, on_tick, server);
    return server->tick != NULL && event_add(server->tick, &second) == 0;
}

struct http_server *
http_server_new(void)
{
    struct http_server *it = calloc(1, sizeof *it);

    if (it == NULL || (it->base = event_base_new()) == NULL ||
        !add_events(it)) {
        log_error("out of memory");
        http_server_free(&it);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    return it;
}

bool
http_server_listen(struct http_server *server,
                   const struct http_listener *listener)
{
    struct door *door = calloc(1, sizeof *door);

    if (door == NULL) {
        log_error("out of memory");
        return false;
    }
    door->server = server;
    door->settings = *listener;
    door->next = server->doors;
    server->doors = door;
    return door_open(door);
}

bool
http_server_run(struct http_server *server, int seconds,
                void (*tick)(void *context), void *context)
{
    bool ok = true;

    server->drain = seconds;
    server->on_tick = tick;
    server->context = context;
    if (event_base_dispatch(server->base) < 0) {
        log_error("the event loop fails: %s", strerror(errno));
        ok = false;
    }
    for (struct door *door = server->doors; door != NULL; door = door->next)
        door_settle(door);
    return ok;
}

void
http_server_look(const struct http_server *server,
                 struct http_server_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    for (const struct door *door = server->doors; door != NULL;
         door = door->next) {
        struct connections_count count;

        if (door->settings.certificate == NULL)
            continue;
        count = connections_look(door->connections);
        stats->open += count.open;
        stats->accepted += count.accepted;
        stats->timed_out += count.timed_out;
    }
}

/* The base runs what ends connections, so they go before it and what counts
 * them goes after it. */
static void
free_doors(struct http_server *server)
{
    while (server->doors != NULL) {
        struct door *door = server->doors;

        server->doors = door->next;
        connections_free(&door->connections);
        free(door);
    }
}

void
http_server_free(struct http_server **server)
{
    struct http_server *it = *server;

    if (it == NULL)
        return;
    for (struct door *door = it->doors; door != NULL; door = door->next) {
        door_shut(door);
        if (door->http != NULL)
            evhttp_free(door->http);
        if (door->connections != NULL)
            connections_sweep(door->connections, it->second, true);
        if (door->settle != NULL)
            event_free(door->settle);
    }
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (it->signals[i] != NULL)
            event_free(it->signals[i]);
    if (it->tick != NULL)
        event_free(it->tick);
    if (it->base != NULL)
        event_base_free(it->base);
    free_doors(it);
    free(it);
    *server = NULL;
}
