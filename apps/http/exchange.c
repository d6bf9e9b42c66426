// SPDX-License-Identifier: Apache-2.0
/*
 * Reads requests out of evhttp and writes answers into it.  A client that goes
 * away while its answer is awaited leaves the request to us, without a
 * connection; sending then only frees it.  RFC 9110.
 */
#include "exchange.h"

#include "routes.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

static const struct method {
    enum evhttp_cmd_type command;
    const char *name;
    bool has_body; /* that evhttp reads */
} methods[] = {
    { EVHTTP_REQ_GET, "GET", false },
    { EVHTTP_REQ_POST, "POST", true },
    { EVHTTP_REQ_HEAD, "HEAD", false },
    { EVHTTP_REQ_PUT, "PUT", true },
    { EVHTTP_REQ_DELETE, "DELETE", false },
    { EVHTTP_REQ_PATCH, "PATCH", true },
    { EVHTTP_REQ_OPTIONS, "OPTIONS", false },
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

/* NULL for one that we have no name for. */
static const struct method *
method_of(struct evhttp_request *from)
{
    enum evhttp_cmd_type command = evhttp_request_get_command(from);

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].command == command)
            return &methods[i];
    return NULL;
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
    const struct method *method = method_of(from);
    char *address = NULL;
    ev_uint16_t port = 0;

    evhttp_connection_get_peer(evhttp_request_get_connection(from), &address,
                               &port);
    *request = (struct http_request){
        .method = method != NULL ? method->name : "",
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

/* What a head says of the body behind it. */
struct framing {
    unsigned lengths;
    unsigned codings;
    bool is_chunked;
    bool has_bad_name;
    bool has_bad_length;
};

static struct framing
framing_of(struct evhttp_request *from)
{
    struct framing it = { .lengths = 0 };
    struct evkeyval *header;

    TAILQ_FOREACH(header, evhttp_request_get_input_headers(from), next)
    {
        if (header->key[0] == '\0' || strpbrk(header->key, " \t") != NULL)
            it.has_bad_name = true;
        if (strcasecmp(header->key, "Content-Length") == 0) {
            it.lengths++;
            it.has_bad_length =
                header->value[strspn(header->value, "0123456789")] != '\0';
        }
        if (strcasecmp(header->key, "Transfer-Encoding") == 0) {
            it.codings++;
            it.is_chunked = strcasecmp(header->value, "chunked") == 0 &&
                            (from->major > 1 || from->minor > 0);
        }
    }
    return it;
}

/* evhttp takes the first of several lengths, and none where it does not know
 * the coding or a blank stands behind the name: then it would hand us less than
 * was sent, and the rest for another request.  A length it reads as strtoll
 * does, with a sign too, and a coding in HTTP/1.0, where there is none; whoever
 * passed the request on to us may have read them otherwise (RFC 9112 sections
 * 5.1, 6.1, 6.2 and 6.3). */
static bool
is_sound(const struct framing *framing)
{
    return !framing->has_bad_name && !framing->has_bad_length &&
           framing->lengths + framing->codings <= 1 &&
           (framing->codings == 0 || framing->is_chunked);
}

/* What follows is a body that evhttp did not read. */
static bool
leaves_body(struct evhttp_request *from, const struct framing *framing)
{
    const struct method *method = method_of(from);

    return method == NULL ||
           (!method->has_body && framing->lengths + framing->codings > 0);
}

void
exchange_handle(struct exchange *exchange, const struct http_routes *routes)
{
    struct framing framing = framing_of(exchange->from);
    struct http_answer *answer = &exchange->answer;
    struct http_request request;

    exchange->is_last =
        !is_sound(&framing) || leaves_body(exchange->from, &framing);
    if (!request_fill(&request, exchange->from))
        http_answer_text(answer, 500, "text/plain", NULL);
    else if (is_sound(&framing))
        http_routes_answer(routes, &request, answer);
    else if (routes->refuse != NULL)
        routes->refuse(routes->context, 400, request.address, answer);
    else
        http_answer_text(answer, 400, "text/plain", strdup(""));
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
    /* evhttp would send it without its length (RFC 9110 section 9.3.2). */
    size_t length =
        evhttp_request_get_command(to) != EVHTTP_REQ_HEAD ? answer->length : 0;

    if (body == NULL || evbuffer_add(body, answer->body, length) != 0 ||
        !add_headers(to, answer, is_last))
        evhttp_send_error(to, HTTP_INTERNAL, NULL);
    else
        evhttp_send_reply(to, answer->status, http_status_word(answer->status),
                          body);
    if (body != NULL)
        evbuffer_free(body);
}

/* Another request has come by the same connection, or begun to. */
static bool
has_more(const struct exchange *exchange)
{
    struct evhttp_connection *by =
        evhttp_request_get_connection(exchange->from);

    return by != NULL && evbuffer_get_length(bufferevent_get_input(
                             evhttp_connection_get_bufferevent(by))) > 0;
}

void
exchange_end(struct exchange **exchange, bool draining)
{
    struct exchange *it = *exchange;

    *exchange = NULL;
    if (it->answer.status == 0)
        http_answer_text(&it->answer, 500, "text/plain", NULL);
    send_answer(it->from, &it->answer,
                it->is_last || (draining && !has_more(it)));
    http_answer_clear(&it->answer);
    free(it);
}
