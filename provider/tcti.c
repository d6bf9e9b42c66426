// SPDX-License-Identifier: Apache-2.0
/*
 * Ways to a TPM: chosen, opened, looked at, and said to be missing. Leaves what
 * goes over them to connection.c (TSS 2.0 TCTI §3; TCTI loader).
 */
#include "tcti.h"

#include "descriptor.h"
#include "provider.h"
#include "swtpm.h"

#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_tctildr.h>
#include <unistd.h>

/* An answer comes in one piece; seconds that it may stop in the middle. */
enum { PIECE_S = 10 };

struct tcti_choice
tcti_choose(const struct provider *prov)
{
    struct tcti_choice choice = { getenv("TPM2OPENSSL_TCTI"),
                                  "TPM2OPENSSL_TCTI says so" };

    if (choice.name == NULL)
        choice.name = prov->variable;
    if (choice.name == NULL || *choice.name == '\0') {
        choice.name = prov->tcti;
        choice.source = "`tcti` in openssl.cnf says so";
    }
    return choice;
}

static TSS2_TCTI_CONTEXT *
open_named(const char *name, int timeout_s)
{
    const char *settings = swtpm_settings(name);
    TSS2_TCTI_CONTEXT *tcti = NULL;

    if (settings != NULL)
        return swtpm_open(settings, timeout_s * 1000);
    if (Tss2_TctiLdr_Initialize(name, &tcti) != TSS2_RC_SUCCESS)
        return NULL;
    descriptor_bound(tcti, timeout_s < PIECE_S ? timeout_s : PIECE_S);
    return tcti;
}

/* tpm2-tss's own search asks D-Bus before it looks for the device that every
 * kernel has, and GLib prints a line where there is no bus. This is the same
 * list with the device before it; a path has to be there for a way to be
 * tried. The first is a link that an administrator may make. */
static const struct {
    const char *name;
    const char *path; /* or NULL */
} ways[] = {
    { "libtss2-tcti-default.so", NULL },
    { "device:/dev/tpmrm0", "/dev/tpmrm0" },
    { "tabrmd", "/run/dbus/system_bus_socket" },
    { "device:/dev/tpm0", "/dev/tpm0" },
    { "swtpm", NULL },
    { "mssim", NULL },
};

static int
is_dead_to_children(const char *name)
{
    return strstr(name, "tabrmd") != NULL;
}

/* Names what it finds. */
static TSS2_TCTI_CONTEXT *
search(struct tcti_choice *choice, int timeout_s, int is_orphan)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        TSS2_TCTI_CONTEXT *tcti = NULL;

        if (is_orphan && is_dead_to_children(ways[i].name))
            continue;
        if (ways[i].path == NULL || access(ways[i].path, F_OK) == 0)
            tcti = open_named(ways[i].name, timeout_s);
        if (tcti == NULL)
            continue;
        choice->name = ways[i].name;
        return tcti;
    }
    return NULL;
}

TSS2_TCTI_CONTEXT *
tcti_open(struct tcti_choice *choice, int timeout_s, int is_orphan)
{
    return choice->name != NULL ? open_named(choice->name, timeout_s)
                                : search(choice, timeout_s, is_orphan);
}

void
tcti_close(TSS2_TCTI_CONTEXT **tcti)
{
    if (*tcti != NULL && swtpm_is_ours(*tcti))
        swtpm_free(tcti);
    else if (*tcti != NULL)
        Tss2_TctiLdr_Finalize(tcti);
    *tcti = NULL;
}

/* A simulator and the bare device serve one connection at a time: holding it
 * while idle would lock every other process out. */
int
tcti_is_shared(const struct tcti_choice *choice)
{
    return strstr(choice->name, "tabrmd") != NULL ||
           strstr(choice->name, "tpmrm") != NULL;
}

/* swtpm is connected to for each command: what is kept in between keeps nobody
 * out. */
int
tcti_is_idle_between(const struct tcti_choice *choice)
{
    return strncmp(choice->name, "swtpm", 5) == 0;
}

/* tpm2-abrmd is spoken to through GLib, whose thread a fork leaves behind: in a
 * child of a process that had a connection nothing would ever answer. */
int
tcti_is_dead_to_children(const struct tcti_choice *choice)
{
    return choice->name != NULL && is_dead_to_children(choice->name);
}

/* The path of the device that was meant, if one was. */
static const char *
device_of(const struct tcti_choice *choice)
{
    if (choice->name == NULL)
        return "/dev/tpmrm0";
    if (strncmp(choice->name, "device:", 7) == 0)
        return choice->name + 7;
    return strcmp(choice->name, "device") == 0 ? "/dev/tpmrm0" : NULL;
}

void
tcti_say_absent(const struct provider *prov, const char *subject,
                const struct tcti_choice *choice)
{
    const char *device = device_of(choice);
    const char *tried =
        choice->name != NULL ? choice->name : "a search of the usual places";
    const char *source = choice->name != NULL
                             ? choice->source
                             : "neither TPM2OPENSSL_TCTI nor openssl.cnf names "
                               "another";

    if (device == NULL)
        tpm_raise(prov, TPM_R_NO_TPM,
                  "%s: no TPM answers at %.200s (%s): start it, or correct the "
                  "setting",
                  subject, tried, source);
    else if (access(device, F_OK) != 0)
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: no TPM found with %.200s (%s): there is no %.200s; switch the "
            "TPM on in the firmware's set-up, or name another one",
            subject, tried, source, device);
    else if (access(device, R_OK | W_OK) != 0)
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: user %lu may not use %.200s: the administrator lets a user "
            "in by adding him to the group of that file (mostly `tss`)",
            subject, (unsigned long)geteuid(), device);
    else
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: %.200s does not let itself be opened (%s): another program "
            "may hold it; /dev/tpmrm0 can be shared",
            subject, device, source);
}
