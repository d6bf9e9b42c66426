// SPDX-License-Identifier: Apache-2.0
/*
 * Looks at the machine: which module OpenSSL finds and by whom, who may open
 * the device file, and what the TPM says of itself through the provider's
 * "tpm-" parameters (TPM 2.0 Part 1 §19.8 for the lockout).
 */
#include "base/key.h"
#include "findings.h"

#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two slots are what a key file takes: its parent and itself. */
enum { TEXT_MOST = 256, SLOTS_NEEDED = 2 };

/* The device that tpm2-tss tries first, which the kernel shares. */
static const char DEVICE[] = "/dev/tpmrm0";

struct state {
    char manufacturer[TEXT_MOST], algorithms[TEXT_MOST], parent[TEXT_MOST];
    int in_lockout;
    unsigned int counter, tries, interval, slots;
};

static void
look_at_device(struct findings *findings)
{
    struct stat is;

    if (stat(DEVICE, &is) != 0)
        findings_add(findings, FINDING_NOTE, "device", "there is no %s",
                     DEVICE);
    else if (access(DEVICE, R_OK | W_OK) != 0)
        findings_add(findings, findings->has_tpm ? FINDING_NOTE : FINDING_WRONG,
                     "device",
                     "%s is owner %u's and group %u's, mode %04o: user %u, "
                     "group %u, may not open it; add the user to that group",
                     DEVICE, (unsigned)is.st_uid, (unsigned)is.st_gid,
                     (unsigned)is.st_mode & 07777, (unsigned)geteuid(),
                     (unsigned)getegid());
    else
        findings_add(findings, FINDING_GOOD, "device", "%s may be opened",
                     DEVICE);
}

/* Whether the configuration wants the provider, and from where; OpenSSL says
 * nothing when it is not there (config(5), "Provider Configuration"). */
static bool
is_wanted(const char *file, char module[TEXT_MOST])
{
    CONF *conf = NCONF_new(NULL);
    const char *section = NULL;
    const char *path = NULL;

    if (conf != NULL && NCONF_load(conf, file, NULL) > 0 &&
        (section = NCONF_get_string(conf, NULL, "openssl_conf")) != NULL &&
        (section = NCONF_get_string(conf, section, "providers")) != NULL)
        section = NCONF_get_string(conf, section, "tpm2");
    if (section != NULL)
        path = NCONF_get_string(conf, section, "module");
    snprintf(module, TEXT_MOST, "%s",
             path != NULL ? path : "the folder of OpenSSL's modules");
    NCONF_free(conf);
    ERR_clear_error();
    return section != NULL;
}

/* The same provider again, for its parameters; the caller unloads it. */
static OSSL_PROVIDER *
look_at_module(struct findings *findings, struct key *key)
{
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(key->libctx, "tpm2");
    char *path = CONF_get1_default_config_file();
    const char *file = path != NULL && *path != '\0' ? path : "openssl.cnf";
    const char *name = "a module without a name";
    char module[TEXT_MOST] = "";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, (char **)&name, 0),
        OSSL_PARAM_construct_end(),
    };

    if (provider == NULL || !OSSL_PROVIDER_get_params(provider, params))
        findings_add(findings, FINDING_WRONG, "provider",
                     "the module tpm2 does not say what it is");
    else if (key->tpm2 == NULL)
        findings_add(findings, FINDING_GOOD, "provider", "%s, loaded by %s",
                     name, file);
    else if (is_wanted(file, module))
        findings_add(findings, FINDING_WRONG, "provider",
                     "%s wants it from %s, where it cannot be loaded: programs "
                     "go without; it was found beside this one",
                     file, module);
    else
        findings_add(findings, FINDING_NOTE, "provider",
                     "%s, found beside this program; %s does not load it, so "
                     "that other programs need `-provider tpm2`, or "
                     "OPENSSL_CONF naming a file that does",
                     name, file);
    OPENSSL_free(path);
    return provider;
}

const char *
machine_reason(void)
{
    const char *data = NULL;
    int flags = 0;

    (void)ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
    return (flags & ERR_TXT_STRING) != 0 && data != NULL && *data != '\0'
               ? data
               : "the provider that is loaded does not tell";
}

static void
look_at_lockout(struct findings *findings, const struct state *state)
{
    if (state->in_lockout)
        findings_add(findings, FINDING_WRONG, "lockout",
                     "locked after %u of %u wrong passwords: keys that are not "
                     "noDA are refused; one is forgotten every %u seconds, or "
                     "all with tpm2_dictionarylockout --clear-lockout",
                     state->counter, state->tries, state->interval);
    else if (state->tries > 0 && state->counter * 2 >= state->tries)
        findings_add(findings, FINDING_NOTE, "lockout",
                     "%u of %u wrong passwords so far; one is forgotten every "
                     "%u seconds",
                     state->counter, state->tries, state->interval);
    else
        findings_add(findings, FINDING_GOOD, "lockout",
                     "%u of %u wrong passwords so far", state->counter,
                     state->tries);
}

static void
look_at_slots(struct findings *findings, const struct state *state)
{
    findings_add(findings,
                 state->slots < SLOTS_NEEDED ? FINDING_WRONG : FINDING_GOOD,
                 "slots",
                 state->slots < SLOTS_NEEDED
                     ? "%u free, and a key file needs 2: some program left its "
                       "objects behind; tpm2_flushcontext -t removes them"
                     : "%u free",
                 state->slots);
}

static void
look_at_state(struct findings *findings, const struct state *state)
{
    findings->has_tpm = true;
    findings_add(findings, FINDING_GOOD, "tpm", "answers; made by %s",
                 state->manufacturer);
    look_at_lockout(findings, state);
    look_at_slots(findings, state);
    findings_add(findings, FINDING_GOOD, "algorithms", "%s", state->algorithms);
    if (strcmp(state->parent, "none") == 0)
        findings_add(findings, FINDING_NOTE, "parent",
                     "nothing at 0x81000001; key files are made under the "
                     "owner hierarchy, which takes two commands more");
    else
        findings_add(findings,
                     strstr(state->parent, "not a storage key") != NULL
                         ? FINDING_WRONG
                         : FINDING_GOOD,
                     "parent", "0x81000001: %s", state->parent);
}

static void
look_at_tpm(struct findings *findings, const struct key *key,
            OSSL_PROVIDER *provider, bool is_quick)
{
    struct state state = { 0 };
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("tpm-manufacturer", state.manufacturer,
                                         TEXT_MOST),
        OSSL_PARAM_construct_utf8_string("tpm-algorithms", state.algorithms,
                                         TEXT_MOST),
        OSSL_PARAM_construct_utf8_string("tpm-parent", state.parent, TEXT_MOST),
        OSSL_PARAM_construct_int("tpm-in-lockout", &state.in_lockout),
        OSSL_PARAM_construct_uint("tpm-lockout-counter", &state.counter),
        OSSL_PARAM_construct_uint("tpm-max-tries", &state.tries),
        OSSL_PARAM_construct_uint("tpm-lockout-interval", &state.interval),
        OSSL_PARAM_construct_uint("tpm-slots", &state.slots),
        OSSL_PARAM_construct_end(),
    };

    ERR_clear_error();
    if (OSSL_PROVIDER_get_params(provider, params) &&
        OSSL_PARAM_modified(&params[0]))
        look_at_state(findings, &state);
    else
        findings_add(findings, FINDING_WRONG, "tpm", "%s", machine_reason());
    ERR_clear_error();
    if (!is_quick && findings->has_tpm && state.slots >= SLOTS_NEEDED)
        salt_look(findings, key);
}

void
machine_look(struct findings *findings, bool is_quick)
{
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = key_prepare(&code);
    OSSL_PROVIDER *provider = NULL;

    if (key == NULL) {
        findings_add(findings, FINDING_WRONG, "provider",
                     "the module tpm2 cannot be loaded; stderr says why");
        return;
    }
    provider = look_at_module(findings, key);
    if (provider != NULL) {
        look_at_tpm(findings, key, provider, is_quick);
        OSSL_PROVIDER_unload(provider);
    }
    look_at_device(findings);
    key_close(&key);
}
