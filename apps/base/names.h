// SPDX-License-Identifier: Apache-2.0
/*
 * The names on the wire: a device's path and its topics, both ways.  Rules:
 * cloud-iot-core reference, sections 2.1, 2.2, 2.4, 5.6.  Pure: bytes in,
 * structure out, nothing allocated.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "checked.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    NAMES_ID_LEAST = 3,     /* bytes of a device or registry id */
    NAMES_ID_MOST = 255,    /* likewise */
    NAMES_PATH_MOST = 1200, /* bytes of a path or topic we make, with NUL */
    NAMES_SUBFOLDER_MOST = 256,
};

/*
 * "projects/P/locations/L/registries/R/devices/D", cut apart.  For a
 * registry's path, DEVICE is "".  All are NUL-terminated.
 */
struct names_path {
    char project[NAMES_ID_MOST + 1];
    char location[NAMES_ID_MOST + 1];
    char registry[NAMES_ID_MOST + 1];
    char device[NAMES_ID_MOST + 1];
};

/* What a device's topic "/devices/D/KIND[/SUBFOLDER]" is for. */
enum names_kind {
    NAMES_EVENTS,
    NAMES_STATE,
    NAMES_CONFIG,
    NAMES_COMMANDS,
    NAMES_ATTACH,
    NAMES_DETACH,
    NAMES_ERRORS,
};

struct names_topic {
    char device[NAMES_ID_MOST + 1];
    enum names_kind kind;
    char subfolder[NAMES_SUBFOLDER_MOST + 1]; /* "" when there is none */
};

/*
 * Is TEXT, LENGTH bytes, an id: a letter, then two to 254 of
 * [-a-zA-Z0-9._+~%], not beginning with "goog"?
 */
CHECKED bool
names_is_id(const char *text, size_t length);

/* Is it a device's numeric id: digits only, fits an unsigned 64 bits? */
CHECKED bool
names_is_numeric(const char *text, size_t length);

/*
 * Cuts a device's path of LENGTH bytes apart; the device may be an id or a
 * numeric id.  False, with *PATH undefined, for anything else, such as a
 * NUL, "..", a wildcard of MQTT or a part too many.
 */
CHECKED bool
names_parse_path(const char *text, size_t length, struct names_path *path);

/* Cuts "/devices/D/KIND[/SUBFOLDER]" apart, a topic that one publishes to.
 * Only events and commands have subfolders.  False for anything else. */
CHECKED bool
names_parse_topic(const char *text, size_t length, struct names_topic *topic);

/* The same for a filter that one subscribes to: commands may end in "/#",
 * which leaves "#" in the subfolder. */
CHECKED bool
names_parse_filter(const char *text, size_t length, struct names_topic *topic);

/*
 * Write NUL-terminated text to BUFFER, SIZE bytes.  False when it does not
 * fit.  names_write_path writes a registry's path when there is no device.
 */
CHECKED bool
names_write_path(const struct names_path *path, char *buffer, size_t size);
CHECKED bool
names_write_topic(const struct names_topic *topic, char *buffer, size_t size);

/*
 * The four of a path one after the other, each with its NUL, in as many bytes
 * as they have.  NULL when there is no memory; the caller frees it.
 */
CHECKED char *
names_pack(const struct names_path *path);

/* The path that was packed; and its device alone, within PACKED. */
void
names_unpack(const char *packed, struct names_path *path);
const char *
names_packed_device(const char *packed);

/* The word of a kind, "events"; a constant. */
const char *
names_kind_word(enum names_kind kind);

#endif
