// SPDX-License-Identifier: Apache-2.0
/*
 * What evhttp answers by itself, to what it cannot read: a page of HTML, for
 * which libevent 2.1 has no hook.  Here it becomes an answer of the routes',
 * on its way out.
 */
#ifndef HTTP_PAGES_H
#define HTTP_PAGES_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;
struct http_routes;

/*
 * Puts what ROUTES say to ADDRESS in the place of all that OUTPUT has behind
 * its first KEPT bytes, the beginning of a page.  False, with that left as it
 * is, when it is no page but HTTP's "100 Continue", or memory is short.
 */
CHECKED bool
page_replace(struct evbuffer *output, size_t kept,
             const struct http_routes *routes, const char *address);

/* Takes out what OUTPUT has behind its first KEPT bytes.  False: memory is
 * short, and it is still there. */
CHECKED bool
page_cut(struct evbuffer *output, size_t kept);

#endif
