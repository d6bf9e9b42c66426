// SPDX-License-Identifier: Apache-2.0
/*
 * What every verb is made of and is given: the options that verbs share, the
 * path that the command line names, the databases.  What a verb does with them
 * stands in the file that has its name.
 */
#ifndef VERBS_CALL_H
#define VERBS_CALL_H

#include "base/exit.h"
#include "base/options.h"
#include "registry/registry.h"
#include "traffic/traffic.h"

#include <jansson.h>

/* The options of all verbs; each names in a table those that it takes. */
struct verbs_arguments {
    const char *database;
    const char *traffic;
    const char *project;
    const char *region;
    const char *registry;
    const char *device;
    const char *format;
    bool json;
    bool uri;
    bool quiet;
    int64_t limit;
    int64_t page_size;
    const char *filter;
    const char *sort_by;

    bool enable_mqtt, disable_mqtt;
    bool enable_http, disable_http;
    struct options_list events;
    const char *state_topic;
    const char *public_key_path;

    bool blocked, unblocked;
    const char *log_level;
    const char *device_type;
    const char *auth_method;
    struct options_list public_keys;
    struct options_list metadata;
    struct options_list metadata_files;

    const char *path;
    const char *type;
    const char *expiration;

    const char *data; /* --config-data, --command-data */
    const char *file; /* --config-file, --command-file */
    int64_t version;
    const char *subfolder;
    const char *gateway;
    const char *device_region, *device_registry;
    const char *gateway_region, *gateway_registry;

    const char *topic;
    int64_t retention; /* seconds */
    int64_t deadline;  /* likewise */
    bool from_start;
    bool auto_ack;
    bool follow;
    struct options_list ack_ids;

    bool resume;
    bool renumber;

    bool connected;
    const char *filter_gateway;
    const char *gateway_type;
    struct options_list device_ids;
    struct options_list device_num_ids;
};

enum verbs_format {
    VERBS_UNSAID, /* none was asked for, and the verb prints nothing then */
    VERBS_TABLE,
    VERBS_JSON,
    VERBS_YAML,
    VERBS_VALUES, /* some members, of verbs_call.projection */
    VERBS_CSV,    /* likewise */
    VERBS_LIST,   /* of a verb: a table that can be chosen from */
    VERBS_NAMES,  /* likewise, of what has names */
};

/* What the one word is that is no option. */
enum verbs_operand {
    VERBS_NONE,
    VERBS_REGISTRY,
    VERBS_DEVICE,
    VERBS_INDEX,
    VERBS_NAME, /* of a topic or subscription, or a file */
};

/* Which options must say what the operand does not. */
enum verbs_scope {
    VERBS_OF_PROJECT,
    VERBS_OF_LOCATION,
    VERBS_OF_REGISTRY,
    VERBS_OF_DEVICE,
};

struct projection;

struct verbs_call {
    struct verbs_arguments arguments;
    enum verbs_format format;      /* none of a verb */
    struct projection *projection; /* which members; NULL for all */
    struct names_path path;        /* what is not named is "" */
    struct names_path full[2];     /* what arguments in full point into */
    size_t index;                  /* of VERBS_INDEX */
    const char *name;              /* of VERBS_NAME */
    struct store *store;
    bool is_change; /* the store was opened to be changed */
    struct traffic *traffic;
};

struct verbs_verb {
    const char *synopsis;
    const char *summary;
    const struct options_row *rows; /* its own; NULL for none */
    enum verbs_operand operand;
    enum verbs_scope scope;
    enum verbs_format format;
    enum exit_code (*run)(struct verbs_call *call);
};

/* Opens the database.  A verb first reads what it was given and then calls
 * this, so that a mistyped file changes nothing. */
CHECKED bool
verbs_open(struct verbs_call *call, enum registry_access access);

/* Opens the traffic, which is made if the access allows it. */
CHECKED bool
verbs_open_traffic(struct verbs_call *call, enum traffic_access access);

/* Opens the traffic to look something up in it; that there is none is fine,
 * and then it stays NULL. */
CHECKED bool
verbs_look_at_traffic(struct verbs_call *call);

/* Is there a traffic file that this user may write? */
CHECKED bool
verbs_may_tell(const struct verbs_call *call);

/* Reads what --NAME-data or --NAME-file gives, at most MOST bytes; *BYTES is
 * for free().  EXIT_CODE_MISUSED when neither or both are given. */
CHECKED enum exit_code
verbs_read_data(struct verbs_call *call, const char *name, size_t most,
                char **bytes, size_t *length);

/* Writes "DID WHAT [x]." to stderr: what gcloud says when it changed
 * something. */
void
verbs_say(const char *did, const char *what);

/* The same, and shows MADE, which is given up, if a format was asked for.
 * NULL: there is nothing to show, which in JSON is "{}". */
CHECKED enum exit_code
verbs_done(struct verbs_call *call, const char *did, const char *what,
           json_t *made);

#endif
