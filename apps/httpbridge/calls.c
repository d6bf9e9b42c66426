// SPDX-License-Identifier: Apache-2.0
/*
 * The table of calls, and the one way that all of them go: who is it, what does
 * it say, for whom, may it so soon, and then do it; what it writes together
 * with others.  Section 4.1.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/options.h"
#include "call.h"
#include "http/request.h"
#include "http/routes.h"
#include "outlet.h"
#include "rates.h"
#include "traffic/traffic.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool
read_event(struct call *call)
{
    return body_read_event(call->request->body, call->request->body_length,
                           &call->body, &call->problem);
}

static bool
read_state(struct call *call)
{
    return body_read_state(call->request->body, call->request->body_length,
                           &call->body, &call->problem);
}

/* The value of the first of these parameters that there is. */
static const char *
first_value(const struct http_query *query, const char *const *names)
{
    const char *value = NULL;

    for (; value == NULL && *names != NULL; names++)
        value = http_query_value(query, *names);
    return value;
}

static bool
read_version(struct call *call, const char *text)
{
    if (text == NULL || *text == '\0' ||
        (text[strspn(text, "0123456789")] == '\0' &&
         options_number(text, 0, INT64_MAX, &call->local_version)))
        return true;
    return problem_set(&call->problem, PROBLEM_INVALID_ARGUMENT,
                       "local_version",
                       "Invalid value at 'local_version' (TYPE_INT64)");
}

static bool
read_query(struct call *call)
{
    static const char *const versions[] = { "local_version", "localVersion",
                                            NULL };
    static const char *const gateways[] = { "gateway_info.gateway_id",
                                            "gatewayInfo.gatewayId", NULL };
    static const char *const delegated[] = { "gateway_info.delegated_device_id",
                                             "gatewayInfo.delegatedDeviceId",
                                             NULL };
    struct http_query *query = http_query_read(call->request->query);
    bool ok;

    if (query == NULL)
        return problem_set(&call->problem, PROBLEM_INVALID_ARGUMENT, "",
                           "Invalid query.");
    ok = read_version(call, first_value(query, versions)) &&
         body_set_gateway(&call->body.gateway, first_value(query, gateways),
                          first_value(query, delegated), &call->problem);
    http_query_free(&query);
    return ok;
}

/* Reads the call as its kind does; what is not understood is told. */
static bool
understand(struct call *call)
{
    if (call->kind->read(call))
        return true;
    log_event(LOG_MISUNDERSTOOD,
              &(struct log_facts){ .path = &call->visitor.path,
                                   .number = call->visitor.num_id,
                                   .address = call->address },
              "did not understand %s from %s: %s", call->visitor.path.device,
              call->address, call->problem.message);
    return false;
}

static bool
is_in_time(struct call *call)
{
    struct gate_refusal refusal = { GATE_TOO_FAST,
                                    "it calls too many times a minute" };

    if (rates_allow(call->bridge->rates, call->visitor.num_id, clock_seconds()))
        return true;
    return call_refuse(call, PROBLEM_RESOURCE_EXHAUSTED,
                       "Quota exceeded for the device.", &refusal);
}

void
call_end(struct call **call, bool ok)
{
    struct call *it = *call;
    struct http_answer *to = it->answer;

    if (ok && it->result != NULL)
        http_answer_text(to, 200, "application/json; charset=UTF-8",
                         it->result);
    else if (ok)
        http_answer_json(to, 200, "{}");
    else
        problem_answer(&it->problem, to);
    it->bridge->metrics.answers[to->status]++;
    body_clear(&it->body);
    free(it);
    *call = NULL;
}

static void
answer_problem(struct httpbridge *bridge, enum problem_code code,
               const char *message, struct http_answer *to)
{
    struct problem problem;

    (void)problem_set(&problem, code, "", "%s", message);
    problem_answer(&problem, to);
    bridge->metrics.answers[to->status]++;
}

/* NULL when memory is short. */
static struct call *
call_new(struct httpbridge *bridge, const struct http_request *request,
         struct http_answer *answer, const struct call_kind *kind)
{
    struct call *it = calloc(1, sizeof *it);
    size_t length = request->name_length;

    if (it == NULL)
        return NULL;
    it->bridge = bridge;
    it->kind = kind;
    it->request = request;
    it->answer = answer;
    it->now = time(NULL);
    snprintf(it->who, sizeof it->who, "%.*s",
             length < sizeof it->who ? (int)length : CALL_WHO_MOST,
             request->name);
    snprintf(it->address, sizeof it->address, "%s", request->address);
    return it;
}

/* It is answered when what it writes has been committed. */
static void
wait_for_others(struct call *call)
{
    struct httpbridge *bridge = call->bridge;

    call->request = NULL;
    call->start = clock_nanoseconds();
    if (bridge->first == NULL)
        bridge->first = call;
    else
        bridge->last->next = call;
    bridge->last = call;
}

static void
answer(struct httpbridge *bridge, const struct http_request *request,
       struct http_answer *to, const struct call_kind *kind)
{
    struct call *call = call_new(bridge, request, to, kind);
    bool ok;

    if (call == NULL) {
        answer_problem(bridge, PROBLEM_INTERNAL, "Internal error", to);
        return;
    }
    ok = call_let_in(call) && is_in_time(call) && understand(call) &&
         call_stand_in(call) && kind->run(call);
    if (ok && kind->keep != NULL)
        wait_for_others(call);
    else
        call_end(&call, ok);
}

/* All that the calls write, or nothing of it. */
static bool
keep_all(struct httpbridge *bridge)
{
    bool ok = true;

    if (bridge->outlet != NULL)
        bridge->traffic = outlet_look(bridge->outlet, clock_seconds());
    if (bridge->traffic == NULL || !traffic_begin(bridge->traffic))
        return false;
    for (struct call *call = bridge->first; ok && call != NULL;
         call = call->next)
        ok = call->kind->keep(call);
    ok = traffic_end(bridge->traffic, ok);
    bridge->metrics.commits += ok;
    return ok;
}

/* Nobody is told that anything arrived before it is committed. */
static void
settle(void *context)
{
    struct httpbridge *bridge = context;
    struct call *next = bridge->first;
    bool ok = keep_all(bridge);

    bridge->first = bridge->last = NULL;
    while (next != NULL) {
        struct call *call = next;

        next = call->next;
        exposition_took(&bridge->metrics.storing, call->start);
        call_end(&call, ok ? call->kind->kept(call) : call_fail(call));
    }
}

static void
answer_event(void *context, const struct http_request *request,
             struct http_answer *to)
{
    static const struct call_kind kind = {
        read_event,
        call_route_event,
        call_keep_event,
        call_event_kept,
    };

    answer(context, request, to, &kind);
}

static void
answer_state(void *context, const struct http_request *request,
             struct http_answer *to)
{
    static const struct call_kind kind = {
        read_state,
        call_route_state,
        call_keep_state,
        call_state_kept,
    };

    answer(context, request, to, &kind);
}

static void
answer_config(void *context, const struct http_request *request,
              struct http_answer *to)
{
    static const struct call_kind kind = { read_query, call_get_config, NULL,
                                           NULL };

    answer(context, request, to, &kind);
}

/* Section 4.4: there is no other API here that such a token would be for. */
static void
answer_access_token(void *context, const struct http_request *request,
                    struct http_answer *to)
{
    (void)request;
    answer_problem(context, PROBLEM_UNIMPLEMENTED,
                   "Access tokens are not given out here.", to);
}

static void
answer_otherwise(void *context, const struct http_request *request,
                 struct http_answer *to)
{
    (void)request;
    answer_problem(context, PROBLEM_NOT_FOUND, "Method not found.", to);
}

/* Section 4.3 has no other code for a payload that is too large. */
static void
refuse(void *context, int status, const char *address, struct http_answer *to)
{
    const char *what = status == 413 ? "The payload is too large or malformed."
                                     : "The request cannot be read.";
    bool is_ours = status >= 500;

    log_event(LOG_REFUSED,
              &(struct log_facts){ .reason = "malformed", .address = address },
              "refused a request from %s: %s", address,
              is_ours ? "out of memory" : what);
    answer_problem(context,
                   is_ours ? PROBLEM_INTERNAL : PROBLEM_INVALID_ARGUMENT,
                   is_ours ? "Internal error" : what, to);
}

static const struct http_route rows[] = {
    { "POST", "/v1/", ":publishEvent", answer_event },
    { "POST", "/v1beta1/", ":publishEvent", answer_event },
    { "POST", "/v1/", ":setState", answer_state },
    { "POST", "/v1beta1/", ":setState", answer_state },
    { "GET", "/v1/", "/config", answer_config },
    { "GET", "/v1beta1/", "/config", answer_config },
    { "POST", "/v1/", ":generateAccessToken", answer_access_token },
    { "POST", "/v1beta1/", ":generateAccessToken", answer_access_token },
};

void
httpbridge_routes(struct httpbridge *bridge, struct http_routes *routes)
{
    *routes = (struct http_routes){ .rows = rows,
                                    .count = sizeof rows / sizeof *rows,
                                    .otherwise = answer_otherwise,
                                    .context = bridge,
                                    .settle = settle,
                                    .refuse = refuse };
}
