// SPDX-License-Identifier: Apache-2.0
/*
 * A table in which each key has one place, by its mark, and the newest has it.
 * A key is found by all its bytes, as the registry has them at that moment: so
 * nothing here can be out of date, and nothing needs to be thrown away.
 */
#include "keys.h"

#include "base/bytes.h"
#include "registry/registry.h"

#include <iotjwt.h>

#include <stdlib.h>
#include <string.h>

struct place {
    struct iotjwt_key *key;
    enum registry_algorithm algorithm;
    unsigned char *spki;
    size_t spki_length;
};

struct gate_keys {
    struct iotjwt_seen *seen;
    struct place places[GATE_KEYS_MOST];
};

uint64_t
gate_key_mark(const struct registry_key *record)
{
    return bytes_mark(BYTES_MARK, record->spki, record->spki_length);
}

struct gate_keys *
gate_keys_new(void)
{
    struct gate_keys *keys = calloc(1, sizeof *keys);

    if (keys == NULL)
        return NULL;
    keys->seen = iotjwt_seen_new(GATE_SEEN_MOST, NULL, NULL);
    if (keys->seen == NULL)
        gate_keys_free(&keys);
    return keys;
}

static void
clear(struct place *place)
{
    iotjwt_key_free(&place->key);
    free(place->spki);
    place->spki = NULL;
}

void
gate_keys_free(struct gate_keys **keys)
{
    if (*keys == NULL)
        return;
    for (size_t i = 0; i < GATE_KEYS_MOST; i++)
        clear(&(*keys)->places[i]);
    iotjwt_seen_free(&(*keys)->seen);
    free(*keys);
    *keys = NULL;
}

struct iotjwt_seen *
gate_keys_seen(const struct gate_keys *keys)
{
    return keys != NULL ? keys->seen : NULL;
}

const struct iotjwt_key *
gate_keys_find(const struct gate_keys *keys, const struct registry_key *record)
{
    const struct place *place;

    if (keys == NULL)
        return NULL;
    place = &keys->places[gate_key_mark(record) % GATE_KEYS_MOST];
    if (place->key == NULL || place->algorithm != record->algorithm ||
        place->spki_length != record->spki_length ||
        memcmp(place->spki, record->spki, record->spki_length) != 0)
        return NULL;
    return place->key;
}

void
gate_keys_keep(struct gate_keys *keys, const struct registry_key *record,
               bool good, struct iotjwt_key **key)
{
    struct place *place;
    unsigned char *spki;

    if (keys == NULL || *key == NULL)
        return;
    place = &keys->places[gate_key_mark(record) % GATE_KEYS_MOST];
    if (place->key != NULL && !good)
        return;
    spki = malloc(record->spki_length);
    if (spki == NULL)
        return;
    memcpy(spki, record->spki, record->spki_length);
    clear(place);
    *place =
        (struct place){ *key, record->algorithm, spki, record->spki_length };
    *key = NULL;
}
