// SPDX-License-Identifier: Apache-2.0
/*
 * Whole requests as they come off the wire, heads and all, through libevent and
 * what we make of its requests, by a connection that they come in on: handlers
 * see text within its bounds, and there is an answer or an end.
 */
#include "http/exchange.h"
#include "http/routes.h"

#include <event2/event.h>
#include <event2/http.h>

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MOST = 8192, BODY_MOST = 8192, TURNS_MOST = 100 };

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;
static struct sockaddr_in place;

static void
insist(bool is_so)
{
    if (!is_so)
        abort();
}

static void
see(const struct http_request *request)
{
    const char *token = request->authorization;

    insist(strcmp(request->address, "127.0.0.1") == 0);
    insist(strlen(request->path) < HEAD_MOST);
    insist(strlen(request->query) < HEAD_MOST);
    insist(request->body_length <= BODY_MOST && request->body != NULL);
    insist(token == NULL ||
           (strlen(token) < HEAD_MOST && strpbrk(token, "\r\n") == NULL));
}

static void
answer_named(void *context, const struct http_request *request,
             struct http_answer *answer)
{
    (void)context;
    see(request);
    insist(request->name_length < HEAD_MOST);
    http_answer_json(answer, 200, "{}");
}

/* Without an answer, which exchange_end makes up for. */
static void
answer_nothing(void *context, const struct http_request *request,
               struct http_answer *answer)
{
    (void)context, (void)answer;
    see(request);
}

static void
on_request(struct evhttp_request *from, void *context)
{
    static const struct http_route rows[] = {
        { "POST", "/v1/", ":publishEvent", answer_named },
        { "GET", "/v1/", "/config", answer_named },
    };
    static const struct http_routes routes = { .rows = rows,
                                               .count = 2,
                                               .otherwise = answer_nothing };
    struct exchange *exchange = exchange_new(from);

    (void)context;
    exchange_handle(exchange, &routes);
    exchange_end(&exchange, false);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    socklen_t length = sizeof place;
    struct evhttp *http;
    struct evhttp_bound_socket *bound;

    (void)argc, (void)argv;
    base = event_base_new();
    http = evhttp_new(base);
    evhttp_set_max_headers_size(http, HEAD_MOST);
    evhttp_set_max_body_size(http, BODY_MOST);
    evhttp_set_allowed_methods(http, UINT16_MAX);
    evhttp_set_gencb(http, on_request, NULL);
    bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    insist(bound != NULL &&
           getsockname(evhttp_bound_socket_get_fd(bound),
                       (struct sockaddr *)&place, &length) == 0);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char answer[4096];
    ssize_t got = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    insist(fd >= 0 &&
           connect(fd, (struct sockaddr *)&place, sizeof place) == 0);
    if (send(fd, data, size, MSG_NOSIGNAL) >= 0)
        shutdown(fd, SHUT_WR);
    for (int i = 0; i < TURNS_MOST && got != 0; i++) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
        insist(got < 5 || memcmp(answer, "HTTP/", 5) == 0 || i > 0);
    }
    close(fd);
    event_base_loop(base, EVLOOP_NONBLOCK);
    return 0;
}
