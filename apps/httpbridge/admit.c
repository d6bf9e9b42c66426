// SPDX-License-Identifier: Apache-2.0
/*
 * Who makes a call, and for whom.  The rules are the gate's; here is what the
 * device is told, which is little, and what the operator is told, which is all.
 * Sections 4.2 and 4.3.
 */
#include "base/clock.h"
#include "base/log.h"
#include "call.h"
#include "http/request.h"
#include "traffic/traffic.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The token of "Bearer TOKEN" (RFC 6750 section 2.1), or NULL. */
static const char *
bearer(const char *authorization)
{
    static const char scheme[] = "Bearer ";

    if (authorization == NULL ||
        strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return NULL;
    authorization += sizeof scheme - 1;
    return authorization + strspn(authorization, " ");
}

/* So that people who watch the registry see it too. */
static void
write_down(struct call *call, const char *text)
{
    struct traffic_event event = { .num_id = call->visitor.num_id,
                                   .device = call->visitor.path,
                                   .kind = "REFUSED" };
    struct httpbridge *bridge = call->bridge;

    if (bridge->traffic == NULL)
        return;
    snprintf(event.text, sizeof event.text, "HTTP from %s: %s", call->address,
             text);
    if (!traffic_event_add(bridge->traffic, &event))
        bridge->metrics.store_failures++;
}

static void
say_refusal(struct call *call, const struct gate_refusal *refusal)
{
    const struct gate_device *visitor = &call->visitor;
    const char *token =
        call->request != NULL ? bearer(call->request->authorization) : NULL;

    call->bridge->metrics.refusals[refusal->reason]++;
    if (log_event(
            LOG_REFUSED,
            &(struct log_facts){
                .reason = gate_reason_word(refusal->reason),
                .path = &visitor->path,
                .number = visitor->num_id,
                .client = visitor->path.device[0] == '\0' ? call->who : NULL,
                .gateway = call->gateway,
                .address = call->address,
                .token = token,
                .token_length = token != NULL ? strlen(token) : 0 },
            "refused %s from %s: %s", call->who, call->address, refusal->text))
        write_down(call, refusal->text);
}

static bool
is_of_the_gate(const struct gate_refusal *refusal)
{
    return refusal->reason == GATE_UNAVAILABLE;
}

static bool
refuse_visitor(struct call *call, const struct gate_refusal *refusal)
{
    say_refusal(call, refusal);
    if (is_of_the_gate(refusal))
        return problem_set(&call->problem, PROBLEM_UNAVAILABLE, "",
                           "The service is currently unavailable.");
    if (refusal->reason == GATE_NO_TOKEN)
        return problem_set(&call->problem, PROBLEM_UNAUTHENTICATED, "",
                           "Request is missing required authentication "
                           "credential.");
    return problem_set(&call->problem, PROBLEM_PERMISSION_DENIED, "",
                       "The caller does not have permission");
}

bool
call_let_in(struct call *call)
{
    const char *token = bearer(call->request->authorization);
    struct gate_visitor visitor = {
        .door = GATE_DOOR_HTTP,
        .path = call->request->name,
        .path_length = call->request->name_length,
        .token = token,
        .token_length = token != NULL ? strlen(token) : 0,
        .now = call->now,
        .skew = call->bridge->skew,
        .keys = call->bridge->keys,
        .address = call->address,
        .doubts = call->bridge->doubts,
    };
    struct metrics *metrics = &call->bridge->metrics;
    struct gate_refusal refusal;
    int64_t start = clock_nanoseconds();
    bool ok = gate_authenticate(call->bridge->registry, &visitor,
                                &call->visitor, &refusal);

    exposition_took(&metrics->verifying, start);
    if (!ok)
        return refuse_visitor(call, &refusal);
    metrics->admissions++;
    call->device = call->visitor;
    return true;
}

bool
call_refuse(struct call *call, enum problem_code code, const char *message,
            const struct gate_refusal *refusal)
{
    struct traffic *traffic = call->bridge->traffic;

    say_refusal(call, refusal);
    if (traffic != NULL &&
        !traffic_error_set(traffic, call->visitor.num_id, problem_number(code),
                           refusal->text, call->now))
        call->bridge->metrics.store_failures++;
    return problem_set(&call->problem, code, "", "%s", message);
}

bool
call_stand_in(struct call *call)
{
    const struct body_gateway *names = &call->body.gateway;
    bool through = names->gateway[0] != '\0';
    struct gate_refusal refusal;

    if (!through && names->delegated[0] == '\0')
        return true;
    if (!gate_delegate(call->bridge->registry, &call->visitor,
                       through ? GATE_THROUGH_GATEWAY : GATE_FOR_DEVICE,
                       through ? names->gateway : names->delegated,
                       &call->other, &refusal))
        return is_of_the_gate(&refusal)
                   ? refuse_visitor(call, &refusal)
                   : call_refuse(call, PROBLEM_FAILED_PRECONDITION,
                                 "Precondition check failed.", &refusal);
    if (!through)
        call->device = call->other;
    call->gateway =
        through ? call->other.path.device : call->visitor.path.device;
    return true;
}
