// SPDX-License-Identifier: Apache-2.0
/*
 * OpenSSL's allocator, with one allocation that fails (CRYPTO_malloc(3)). Each
 * block remembers who wanted it. Of tpm2-tss only the loader of TCTIs
 * allocates, and it is stood in for here (TSS 2.0 TAB and RM §3.5).
 */
#include "starve.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_tctildr.h>

/* Stands in front of each block. */
union head {
    bool is_kept; /* counted in `kept` */
    max_align_t align;
};

static long left = -1; /* allocations until the one that fails; -1: none */
static bool is_on;
static size_t count;
static bool is_ours[STARVE_TURNS_MAX]; /* by number, of a run without failure */
static bool is_met;
static long kept;
static char place[256];

/* OpenSSL 3.0's sskdf_new() writes through what it was not given. */
static const char spared[] = "/kdfs/sskdf.c";

/* OpenSSL's own folder is called "providers". */
static bool
is_provider(const char *file)
{
    return strstr(file, "provider/") != NULL;
}

static bool
is_turn(const char *file, int line)
{
    if (!is_on || strstr(file, spared) != NULL)
        return false;
    if (left < 0 && !is_met && count < STARVE_TURNS_MAX)
        is_ours[count++] = is_provider(file);
    if (left < 0 || left-- > 0)
        return false;
    is_met = true;
    (void)snprintf(place, sizeof place, "%s:%d", file, line);
    return true;
}

static void *
take(size_t size, const char *file, int line)
{
    union head *head = NULL;

    if (is_turn(file, line))
        return NULL;
    head = malloc(sizeof *head + size);
    if (head == NULL)
        return NULL;
    head->is_kept = is_provider(file);
    kept += head->is_kept;
    return head + 1;
}

static void
give_back(void *block, const char *file, int line)
{
    union head *head = block;

    (void)file;
    (void)line;
    if (head == NULL)
        return;
    kept -= head[-1].is_kept;
    free(head - 1);
}

static void *
take_anew(void *block, size_t size, const char *file, int line)
{
    union head *head = block;

    if (head == NULL)
        return take(size, file, line);
    if (is_turn(file, line))
        return NULL;
    head = realloc(head - 1, sizeof *head + size);
    return head == NULL ? NULL : head + 1;
}

/* In the place of tpm2-tss's, which takes the two parts in one string. */
TSS2_RC
Tss2_TctiLdr_Initialize(const char *name, TSS2_TCTI_CONTEXT **tcti)
{
    char kind[32] = "";
    const char *colon = name == NULL ? NULL : strchr(name, ':');

    if (is_turn(__FILE__, __LINE__))
        return TSS2_TCTI_RC_MEMORY;
    if (colon == NULL || (size_t)(colon - name) >= sizeof kind)
        return TSS2_TCTI_RC_BAD_VALUE;
    memcpy(kind, name, (size_t)(colon - name));
    return Tss2_TctiLdr_Initialize_Ex(kind, colon + 1, tcti);
}

bool
starve_open(void)
{
    return CRYPTO_set_mem_functions(take, take_anew, give_back);
}

void
starve_at(long turn)
{
    left = turn;
    is_met = false;
    if (turn < 0) {
        count = 0;
        memset(is_ours, 0, sizeof is_ours);
    }
    place[0] = '\0';
}

void
starve_begin(void)
{
    is_on = true;
}

void
starve_end(void)
{
    is_on = false;
}

long
starve_count(void)
{
    return (long)count;
}

bool
starve_is_ours(long turn)
{
    return turn < STARVE_TURNS_MAX && is_ours[turn];
}

bool
starve_was_met(void)
{
    return is_met;
}

const char *
starve_place(void)
{
    return place;
}

long
starve_kept(void)
{
    return kept;
}
