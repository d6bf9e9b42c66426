// SPDX-License-Identifier: Apache-2.0
/*
 * Reads requests out of evhttp and writes answers into it.  A client that goes
 * away while its answer is awaited leaves the request to us, without a
 * connection; sending then only frees it.  RFC 9110.
 */
#include "exchange.h"

#include "routes.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <stdlib.h>

static const struct {
    enum evhttp_cmd_type command;
    const char *name;
} methods[] = {
    { EVHTTP_REQ_GET, "GET" },         { EVHTTP_REQ_POST, "POST" },
    { EVHTTP_REQ_HEAD, "HEAD" },       { EVHTTP_REQ_PUT, "PUT" },
    { EVHTTP_REQ_DELETE, "DELETE" },   { EVHTTP_REQ_PATCH, "PATCH" },
    { EVHTTP_REQ_OPTIONS, "OPTIONS" },
};

struct exchange *
exchange_new(struct evhttp_request *from)
{
    struct exchange *it = calloc(1, sizeof *it);

    if (it == NULL)
        evhttp_send_error(from, HTTP_INTERNAL, NULL);
    else
        it->from = from;
    return it;
}

static const char *
name_of(enum evhttp_cmd_type command)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].command == command)
            return methods[i].name;
    return "";
}

static const char *
text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* Fills in what the handler is to see; false when memory is short. */
static bool
request_fill(struct http_request *request, struct evhttp_request *from)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(from);
    struct evbuffer *body = evhttp_request_get_input_buffer(from);
    char *address = NULL;
    ev_uint16_t port = 0;

    evhttp_connection_get_peer(evhttp_request_get_connection(from), &address,
                               &port);
    *request = (struct http_request){
        .method = name_of(evhttp_request_get_command(from)),
        .path = uri != NULL ? text_or(evhttp_uri_get_path(uri), "") : "",
        .query = uri != NULL ? text_or(evhttp_uri_get_query(uri), "") : "",
        .authorization = evhttp_find_header(
            evhttp_request_get_input_headers(from), "Authorization"),
        .address = text_or(address, "nowhere"),
        .body_length = evbuffer_get_length(body),
        .body = (const char *)evbuffer_pullup(body, -1),
        .name = "",
    };
    if (request->body_length == 0)
        request->body = "";
    return request->body != NULL;
}

void
exchange_handle(struct exchange *exchange, const struct http_routes *routes)
{
    struct http_request request;

    if (request_fill(&request, exchange->from))
        http_routes_answer(routes, &request, &exchange->answer);
    else
        http_answer_text(&exchange->answer, 500, "text/plain", NULL);
}

static bool
add_header(struct evhttp_request *to, const char *name, const char *value)
{
    return evhttp_add_header(evhttp_request_get_output_headers(to), name,
                             value) == 0;
}

/* What a status asks for by itself: how to prove who one is (RFC 9110 section
 * 11.6.1), and when to come again (10.2.3). */
static const struct {
    int status;
    const char *name;
    const char *value;
} headers[] = {
    { 401, "WWW-Authenticate", "Bearer" },
    { 429, "Retry-After", "1" },
    { 503, "Retry-After", "1" },
};

static bool
add_headers(struct evhttp_request *to, const struct http_answer *answer,
            bool is_last)
{
    bool ok = add_header(to, "Content-Type", answer->type) &&
              (!is_last || add_header(to, "Connection", "close"));

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (headers[i].status == answer->status)
            ok = ok && add_header(to, headers[i].name, headers[i].value);
    return ok;
}

static void
send_answer(struct evhttp_request *to, const struct http_answer *answer,
            bool is_last)
{
    struct evbuffer *body = evbuffer_new();

    if (body == NULL || evbuffer_add(body, answer->body, answer->length) != 0 ||
        !add_headers(to, answer, is_last))
        evhttp_send_error(to, HTTP_INTERNAL, NULL);
    else
        evhttp_send_reply(to, answer->status, http_status_word(answer->status),
                          body);
    if (body != NULL)
        evbuffer_free(body);
}

void
exchange_end(struct exchange **exchange, bool is_last)
{
    struct exchange *it = *exchange;

    *exchange = NULL;
    if (it->answer.status == 0)
        http_answer_text(&it->answer, 500, "text/plain", NULL);
    send_answer(it->from, &it->answer, is_last);
    http_answer_clear(&it->answer);
    free(it);
}
