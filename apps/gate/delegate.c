// SPDX-License-Identifier: Apache-2.0
/*
 * Gateways over HTTP: who may speak through whom, when there is no connection
 * that anything could be attached to.  cloud-iot-core reference, sections 3.3
 * and 4.2.  Who the visitor is has been settled before.
 */
#include "gate.h"
#include "judge.h"
#include "refuse.h"
#include "registry/registry.h"

#include <stdio.h>
#include <string.h>

/* The record of the other one, of the same registry (section 3.5). */
static bool
find_other(struct store *store, const struct gate_device *visitor,
           const char *id, struct gate_device *other,
           struct registry_admission **admission, struct gate_refusal *refusal)
{
    *other = *visitor;
    snprintf(other->path.device, sizeof other->path.device, "%s", id);
    if (!registry_admission_find(store, &other->path, admission))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    if (*admission == NULL)
        return gate_refuse(refusal, GATE_UNKNOWN_OTHER, "%s", id);
    if ((*admission)->blocked)
        return gate_refuse(refusal, GATE_OTHER_BLOCKED, "%s", id);
    strcpy(other->path.device, (*admission)->device);
    other->num_id = (*admission)->num_id;
    return true;
}

/* What the records of the two say, before anybody asks for the binding. */
static bool
may_stand(const struct registry_admission *gateway,
          const struct registry_admission *device,
          enum gate_delegation delegation, struct gate_refusal *refusal)
{
    enum registry_auth_method method = gateway->auth_method;

    if (gateway->gateway_type != REGISTRY_GATEWAY)
        return gate_refuse(refusal, GATE_NO_GATEWAY, "%s", gateway->device);
    if (device->gateway_type == REGISTRY_GATEWAY)
        return gate_refuse(refusal, GATE_IS_GATEWAY, "%s", device->device);
    if (method == REGISTRY_AUTH_UNSPECIFIED)
        return gate_refuse(refusal, GATE_METHOD,
                           "%s serves no device, its method is unspecified",
                           gateway->device);
    if (delegation == GATE_FOR_DEVICE && method != REGISTRY_AUTH_ASSOCIATION)
        return gate_refuse(refusal, GATE_METHOD,
                           "%s needs the token of the device, which then names "
                           "it as its gateway_id",
                           gateway->device);
    return true;
}

static bool
is_bound(struct store *store, const struct registry_admission *gateway,
         const struct registry_admission *device, struct gate_refusal *refusal)
{
    bool bound = false;

    if (!registry_is_bound(store, gateway->num_id, device->num_id, &bound))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    if (!bound)
        return gate_refuse(refusal, GATE_NOT_BOUND, "%s to %s", device->device,
                           gateway->device);
    return true;
}

bool
gate_delegate(struct store *store, const struct gate_device *visitor,
              enum gate_delegation delegation, const char *id,
              struct gate_device *other, struct gate_refusal *refusal)
{
    struct registry_admission *own = NULL;
    struct registry_admission *its = NULL;
    bool visits_as_gateway = delegation == GATE_FOR_DEVICE;
    bool ok = false;

    if (!registry_admission_find(store, &visitor->path, &own) || own == NULL) {
        (void)gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
        goto out;
    }
    if (!find_other(store, visitor, id, other, &its, refusal))
        goto out;
    ok = may_stand(visits_as_gateway ? own : its, visits_as_gateway ? its : own,
                   delegation, refusal) &&
         is_bound(store, visits_as_gateway ? own : its,
                  visits_as_gateway ? its : own, refusal);
out:
    registry_admission_free(&own);
    registry_admission_free(&its);
    return ok;
}
