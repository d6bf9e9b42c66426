// SPDX-License-Identifier: Apache-2.0
/*
 * A site for tests of the HTTP bridge: a registry "reg" of the project p-1 in
 * eu, with the devices dev-1 and dev-2 and the gateways gw-1 and gw-2, to both
 * of which dev-1 is bound; and calls to it without a socket.
 */
#ifndef TESTS_UNIT_HTTP_SITE_H
#define TESTS_UNIT_HTTP_SITE_H

#include "http/request.h"
#include "http/routes.h"
#include "httpbridge/httpbridge.h"
#include "registry/registry.h"

#include <openssl/types.h>
#include <stdbool.h>

#define PLACE "/v1/projects/p-1/locations/eu/registries/reg/devices/"
#define EVENT PLACE "dev-1:publishEvent"

/* Answers. */
#define DENIED                                                         \
    "{\"error\":{\"code\":403,\"message\":\"The caller does not have " \
    "permission\",\"status\":\"PERMISSION_DENIED\"}}"
#define PRECONDITION                                                       \
    "{\"error\":{\"code\":400,\"message\":\"Precondition check failed.\"," \
    "\"status\":\"FAILED_PRECONDITION\"}}"

struct site {
    char folder[32];
    struct httpbridge bridge;
    struct http_routes routes;
    EVP_PKEY *key;      /* of the devices */
    EVP_PKEY *other;    /* of the gateway */
    const char *method; /* of the next call, as the rest below */
    char authorization[2048];
};

bool
site_open(struct site *site);
void
site_close(struct site *site);

/* From now on calls carry a token of KEY that lives from ISSUED to EXPIRES, in
 * seconds from now. */
void
site_carry(struct site *site, EVP_PKEY *key, int64_t issued, int64_t expires);

/* Makes a call; "?" begins the query.  Does it answer STATUS and EXPECTED?
 * NULL: whatever it says. */
bool
site_answers(struct site *site, const char *target, const char *body,
             int status, const char *expected);

/* Makes a call that is not answered yet, or is: *ANSWER says. */
void
site_call(struct site *site, const char *target, const char *body,
          struct http_answer *answer);

/* What was not answered is. */
void
site_settle(struct site *site);

/* Is the next message these data of dev-1, in this subfolder, by way of
 * GATEWAY?  NULL: there is none. */
bool
site_has(struct site *site, const char *data, const char *subfolder,
         const char *gateway);

#endif
