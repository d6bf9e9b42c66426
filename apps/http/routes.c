// SPDX-License-Identifier: Apache-2.0
/*
 * Looks requests up in a table.  Percent-decoding and queries are libevent's,
 * which does them without a socket.  RFC 3986.
 */
#include "routes.h"

#include "request.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct http_query {
    struct evkeyvalq parameters;
};

/* Does the path, LENGTH bytes, fit ROW?  Then *NAME is what is between. */
static bool
fits(const struct http_route *row, const char *path, size_t length,
     struct http_request *request)
{
    size_t start = strlen(row->start);
    size_t end = row->end != NULL ? strlen(row->end) : 0;

    if (length < start + end || memcmp(path, row->start, start) != 0)
        return false;
    if (row->end == NULL)
        return length == start;
    if (memcmp(path + length - end, row->end, end) != 0)
        return false;
    request->name = path + start;
    request->name_length = length - start - end;
    return true;
}

void
http_routes_answer(const struct http_routes *routes,
                   const struct http_request *request,
                   struct http_answer *answer)
{
    struct http_request decoded = *request;
    size_t length = 0;
    char *path = evhttp_uridecode(request->path, 0, &length);
    http_handler *handle = routes->otherwise;

    for (size_t i = 0; path != NULL && i < routes->count; i++) {
        const struct http_route *row = &routes->rows[i];

        if (strcmp(row->method, request->method) != 0 ||
            !fits(row, path, length, &decoded))
            continue;
        handle = row->handle;
        break;
    }
    handle(routes->context, &decoded, answer);
    free(path);
}

struct http_query *
http_query_read(const char *text)
{
    /* Which would end a value before its end. */
    bool has_nul = strstr(text, "%00") != NULL;
    struct http_query *it = has_nul ? NULL : calloc(1, sizeof *it);

    if (it == NULL)
        return NULL;
    TAILQ_INIT(&it->parameters);
    if (evhttp_parse_query_str(text, &it->parameters) != 0)
        http_query_free(&it);
    return it;
}

const char *
http_query_value(const struct http_query *query, const char *name)
{
    return evhttp_find_header(&query->parameters, name);
}

void
http_query_free(struct http_query **query)
{
    if (*query == NULL)
        return;
    evhttp_clear_headers(&(*query)->parameters);
    free(*query);
    *query = NULL;
}
