// SPDX-License-Identifier: Apache-2.0
/*
 * A request and its answer, as bytes: what the server hands to a handler and
 * gets back.  There is no socket and no event loop in here, so that handlers
 * can be tested, and fuzzed, by themselves.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

/* All is borrowed for as long as the handler runs; texts end in a NUL. */
struct http_request {
    const char *method;        /* "GET"; "" for one that we have no name for */
    const char *path;          /* percent-encoded, as it came */
    const char *query;         /* likewise, without its "?"; "" for none */
    const char *authorization; /* the header's value; NULL for none */
    const char *address;       /* whom it comes from, for the log */
    const char *body;
    size_t body_length; /* bytes; the server has bounded it */

    const char *name;   /* what the route left open in the path, decoded; it */
    size_t name_length; /* may contain anything, so it is counted too */
};

/* Made by http_answer_*, which a handler calls exactly once: at once, or, where
 * its routes can be settled, when they are.  Until then it stays where it is.
 */
struct http_answer {
    int status;       /* 200, 404, …; 0: there is none yet */
    const char *type; /* a constant, "application/json; charset=UTF-8" */
    char *body;       /* the answer's own */
    size_t length;    /* bytes */
};

/* Answers REQUEST with BODY, which is freed when the answer is; NULL, memory
 * being short, makes it an empty answer 500. */
void
http_answer_text(struct http_answer *answer, int status, const char *type,
                 char *body);

/* Likewise, of the type JSON, with the bytes of JSON copied. */
void
http_answer_json(struct http_answer *answer, int status, const char *json);

/* Frees what is inside. */
void
http_answer_clear(struct http_answer *answer);

/* The standard's word for a status, "Not Found"; a constant. */
const char *
http_status_word(int status);

#endif
