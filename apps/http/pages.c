// SPDX-License-Identifier: Apache-2.0
/*
 * Reads the status off a page and writes another answer.  After a page evhttp
 * ends the connection, so there is no other answer behind it.  RFC 9112
 * sections 4 and 9.6.
 */
#include "pages.h"

#include "request.h"
#include "routes.h"

#include <event2/buffer.h>
#include <event2/util.h>

#include <stdio.h>
#include <string.h>

enum { STATUS_LINE_MOST = 64, FIRST_FINAL = 200 };

/* The status that begins behind the first KEPT bytes; 0 for none. */
static int
read_status(struct evbuffer *output, size_t kept)
{
    char line[STATUS_LINE_MOST] = "";
    struct evbuffer_ptr at;
    int status = 0;

    if (evbuffer_ptr_set(output, &at, kept, EVBUFFER_PTR_SET) != 0 ||
        evbuffer_copyout_from(output, &at, line, sizeof line - 1) <= 0 ||
        sscanf(line, "HTTP/%*d.%*d %3d", &status) != 1)
        return 0;
    return status;
}

bool
page_cut(struct evbuffer *output, size_t kept)
{
    struct evbuffer *before = evbuffer_new();
    bool ok = before != NULL;

    ok = ok && evbuffer_remove_buffer(output, before, kept) == (int)kept &&
         evbuffer_drain(output, evbuffer_get_length(output)) == 0 &&
         evbuffer_add_buffer(output, before) == 0;
    if (before != NULL)
        evbuffer_free(before);
    return ok;
}

static bool
write_answer(struct evbuffer *output, const struct http_answer *answer)
{
    char date[64];

    evutil_date_rfc1123(date, sizeof date, NULL);
    return evbuffer_add_printf(output,
                               "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
                               "Connection: close\r\nDate: %s\r\n"
                               "Content-Length: %zu\r\n\r\n",
                               answer->status, http_status_word(answer->status),
                               answer->type, date, answer->length) > 0 &&
           evbuffer_add(output, answer->body, answer->length) == 0;
}

bool
page_replace(struct evbuffer *output, size_t kept,
             const struct http_routes *routes, const char *address)
{
    struct http_answer answer = { .status = 0 };
    struct evbuffer *page = evbuffer_new();
    int status = read_status(output, kept);
    bool ok = false;

    if (page == NULL || status < FIRST_FINAL)
        goto out;
    routes->refuse(routes->context, status, address, &answer);
    if (answer.body == NULL || !write_answer(page, &answer))
        goto out;
    ok = page_cut(output, kept) && evbuffer_add_buffer(output, page) == 0;
out:
    http_answer_clear(&answer);
    if (page != NULL)
        evbuffer_free(page);
    return ok;
}
