// SPDX-License-Identifier: Apache-2.0
/*
 * Lets devices in, by themselves or through a gateway: asks the registry who
 * the visitor says it is and has the answer judged.  cloud-iot-core reference,
 * sections 1.5, 2.1 and 3.3.
 */
#include "doubts.h"
#include "gate.h"
#include "judge.h"
#include "refuse.h"
#include "registry/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Nothing was found: was it the device or its whole registry?  Only a refusal
 * pays for this second question. */
static bool
refuse_unknown(struct store *store, const struct names_path *path,
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
find_record(struct store *store, const struct gate_device *device,
            struct registry_admission **admission, struct gate_refusal *refusal)
{
    if (store == NULL ||
        !registry_admission_find(store, &device->path, admission))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    if (*admission == NULL)
        return refuse_unknown(store, &device->path, refusal);
    return gate_judge_record(*admission, device->door, refusal);
}

/* Judges the token, unless there were too many wrong ones. */
static bool
judge(const struct registry_admission *admission, const char *project,
      const struct gate_visitor *visitor, struct gate_pass *pass,
      struct gate_refusal *refusal)
{
    if (gate_doubts_ask(visitor, admission->num_id))
        return gate_refuse(refusal, GATE_DOUBTED, NULL);
    if (gate_judge_token(admission, project, visitor, pass, refusal))
        return true;
    gate_doubts_note(visitor, admission->num_id);
    return false;
}

/* Who it is, by its id; the rest of its path is known. */
static void
fill(struct gate_device *device, const struct registry_admission *admission,
     const struct gate_pass *pass)
{
    device->num_id = admission->num_id;
    memcpy(device->path.device, admission->device, sizeof device->path.device);
    device->is_gateway = admission->gateway_type == REGISTRY_GATEWAY;
    device->expires_at = pass->expires_at;
    device->key = pass->key;
}

bool
gate_authenticate(struct store *store, const struct gate_visitor *visitor,
                  struct gate_device *device, struct gate_refusal *refusal)
{
    struct registry_admission *admission = NULL;
    struct gate_pass pass;
    bool ok = false;

    memset(device, 0, sizeof *device);
    device->door = visitor->door;
    if (visitor->path == NULL ||
        !names_parse_path(visitor->path, visitor->path_length, &device->path))
        return gate_refuse_at(visitor->door, refusal, GATE_PATH, NULL);
    if (visitor->token == NULL || visitor->token_length == 0)
        return gate_refuse_at(visitor->door, refusal, GATE_NO_TOKEN, NULL);
    if (!find_record(store, device, &admission, refusal) ||
        !judge(admission, device->path.project, visitor, &pass, refusal))
        goto out;
    fill(device, admission, &pass);
    ok = true;
out:
    if (admission != NULL)
        device->num_id = admission->num_id;
    registry_admission_free(&admission);
    return ok;
}

/* What section 3.3 asks of a device, by the method of its gateway. */
static const struct {
    bool allows_any;
    bool wants_binding;
    bool wants_token;
} methods[] = {
    [REGISTRY_AUTH_UNSPECIFIED] = { false, false, false },
    [REGISTRY_AUTH_ASSOCIATION] = { true, true, false },
    [REGISTRY_AUTH_TOKEN] = { true, false, true },
    [REGISTRY_AUTH_ASSOCIATION_AND_TOKEN] = { true, true, true },
};

/* The gateway's method, which it may have been given anew since it came. */
static bool
find_method(struct store *store, const struct names_path *path,
            enum registry_auth_method *method, struct gate_refusal *refusal)
{
    struct registry_admission *gateway = NULL;

    if (store == NULL || !registry_admission_find(store, path, &gateway))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    *method =
        gateway != NULL ? gateway->auth_method : REGISTRY_AUTH_UNSPECIFIED;
    registry_admission_free(&gateway);
    if (!methods[*method].allows_any)
        return gate_refuse(refusal, GATE_METHOD, NULL);
    return true;
}

static bool
check_binding(struct store *store, uint64_t gateway, uint64_t device,
              struct gate_refusal *refusal)
{
    bool is_bound = false;

    if (!registry_is_bound(store, gateway, device, &is_bound))
        return gate_refuse(refusal, GATE_UNAVAILABLE, NULL);
    return is_bound || gate_refuse(refusal, GATE_NOT_BOUND, NULL);
}

/* All that section 3.3 asks of the device of ADMISSION. */
static bool
judge_attached(struct store *store, enum registry_auth_method method,
               const struct gate_device *gateway,
               const struct gate_visitor *visitor,
               const struct registry_admission *admission,
               struct gate_pass *pass, struct gate_refusal *refusal)
{
    if (admission->gateway_type == REGISTRY_GATEWAY)
        return gate_refuse(refusal, GATE_IS_GATEWAY, NULL);
    if (methods[method].wants_binding &&
        !check_binding(store, gateway->num_id, admission->num_id, refusal))
        return false;
    if (!methods[method].wants_token)
        return true;
    if (visitor->token == NULL || visitor->token_length == 0)
        return gate_refuse(refusal, GATE_NO_TOKEN, NULL);
    return gate_judge_token(admission, gateway->path.project, visitor, pass,
                            refusal);
}

bool
gate_attach(struct store *store, const struct gate_device *gateway,
            const struct gate_visitor *visitor, struct gate_device *device,
            struct gate_refusal *refusal)
{
    struct registry_admission *admission = NULL;
    enum registry_auth_method method;
    struct gate_pass pass = { 0, 0 };
    bool ok = false;

    memset(device, 0, sizeof *device);
    device->door = visitor->door;
    device->gateway = gateway->num_id;
    device->path = gateway->path;
    if (visitor->path_length > NAMES_ID_MOST)
        return gate_refuse(refusal, GATE_PATH, NULL);
    memcpy(device->path.device, visitor->path, visitor->path_length);
    device->path.device[visitor->path_length] = '\0';
    if (!find_method(store, &gateway->path, &method, refusal) ||
        !find_record(store, device, &admission, refusal) ||
        !judge_attached(store, method, gateway, visitor, admission, &pass,
                        refusal))
        goto out;
    fill(device, admission, &pass);
    ok = true;
out:
    registry_admission_free(&admission);
    return ok;
}

/* What let a device in may have been taken away: its key, its binding, or the
 * gateway's method. */
static bool
reconsider_grounds(struct store *store,
                   const struct registry_admission *admission,
                   const struct gate_device *device,
                   struct gate_refusal *refusal)
{
    struct names_path path = device->path;
    enum registry_auth_method method;

    if (device->key != 0 && !gate_has_key(admission, device->key))
        return gate_refuse(refusal, GATE_CREDENTIAL_GONE, NULL);
    if (device->gateway == 0)
        return true;
    snprintf(path.device, sizeof path.device, "%" PRIu64, device->gateway);
    if (!find_method(store, &path, &method, refusal))
        return false;
    if (methods[method].wants_token && device->key == 0)
        return gate_refuse(refusal, GATE_NO_TOKEN, NULL);
    return !methods[method].wants_binding ||
           check_binding(store, device->gateway, device->num_id, refusal);
}

bool
gate_reconsider(struct store *store, const struct gate_device *device,
                struct gate_refusal *refusal)
{
    struct registry_admission *admission = NULL;
    bool ok = find_record(store, device, &admission, refusal);

    /* Made anew under its old name, it is another device. */
    if (ok && admission->num_id != device->num_id)
        ok = gate_refuse(refusal, GATE_UNKNOWN_DEVICE, NULL);
    if (ok)
        ok = reconsider_grounds(store, admission, device, refusal);
    registry_admission_free(&admission);
    return ok;
}
