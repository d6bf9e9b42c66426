// SPDX-License-Identifier: Apache-2.0
/*
 * Lets devices in: asks the registry who the visitor says it is and has the
 * answer judged.  cloud-iot-core reference, sections 1.5 and 2.1.
 */
#include "gate.h"
#include "judge.h"
#include "refuse.h"
#include "registry/registry.h"

#include <string.h>

/* Nothing was found: was it the device or its whole registry?  Only a refusal
 * pays for this second question. */
static bool
refuse_unknown(struct registry_store *store, const struct names_path *path,
               struct gate_refusal *refusal)
{
    struct registry *registry = NULL;

    if (!registry_find(store, path, &registry))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    if (registry == NULL)
        return gate_refuse(refusal, GATE_UNKNOWN_REGISTRY, NULL);
    registry_free(&registry);
    return gate_refuse(refusal, GATE_UNKNOWN_DEVICE, NULL);
}

/* The record of the device that this would be, unless it is barred. */
static bool
find_record(struct registry_store *store, const struct gate_device *device,
            struct registry_admission **admission, struct gate_refusal *refusal)
{
    if (store == NULL ||
        !registry_admission_find(store, &device->path, admission))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    if (*admission == NULL)
        return refuse_unknown(store, &device->path, refusal);
    return gate_judge_record(*admission, device->door, refusal);
}

bool
gate_authenticate(struct registry_store *store,
                  const struct gate_visitor *visitor,
                  struct gate_device *device, struct gate_refusal *refusal)
{
    struct registry_admission *admission = NULL;
    struct gate_pass pass;
    bool ok = false;

    memset(device, 0, sizeof *device);
    device->door = visitor->door;
    if (visitor->path == NULL ||
        !names_parse_path(visitor->path, visitor->path_length, &device->path))
        return gate_refuse(refusal, GATE_PATH, NULL);
    if (visitor->token == NULL || visitor->token_length == 0)
        return gate_refuse(refusal, GATE_NO_TOKEN, NULL);
    if (!find_record(store, device, &admission, refusal) ||
        !gate_judge_token(admission, device->path.project, visitor, &pass,
                          refusal))
        goto out;
    device->expires_at = pass.expires_at;
    device->key = pass.key;
    device->num_id = admission->num_id;
    memcpy(device->path.device, admission->device, sizeof device->path.device);
    ok = true;
out:
    registry_admission_free(&admission);
    return ok;
}

bool
gate_reconsider(struct registry_store *store, const struct gate_device *device,
                struct gate_refusal *refusal)
{
    struct registry_admission *admission = NULL;
    bool ok = find_record(store, device, &admission, refusal);

    /* Made anew under its old name, it is another device. */
    if (ok && admission->num_id != device->num_id)
        ok = gate_refuse(refusal, GATE_UNKNOWN_DEVICE, NULL);
    if (ok && !gate_has_key(admission, device->key))
        ok = gate_refuse(refusal, GATE_CREDENTIAL_GONE, NULL);
    registry_admission_free(&admission);
    return ok;
}
