// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry subscriptions pull and ack, as in "gcloud pubsub".  A message
 * is acknowledged only when it was written to standard output and that was
 * flushed; cloud-iot-core reference, section 6.
 */
#include "base/log.h"
#include "base/standard.h"
#include "call.h"
#include "resources.h"
#include "show.h"
#include "traffic/topics.h"
#include "verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

/* Messages fetched at a time, which are in memory together, and how often a
 * follower looks for more. */
enum { BATCH = 100, LOOK_MS = 100 };

static const struct options_row pull_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_FLAG, "auto-ack", NULL, FIELD(auto_ack),
      "Acknowledge what was printed.", 0, 0 },
    { OPTIONS_NUMBER, "limit", "N", FIELD(limit),
      "At most N messages; default 1, or all with --follow.", 1, INT64_MAX },
    { OPTIONS_FLAG, "follow", NULL, FIELD(follow),
      "Do not stop when there are no more.", 0, 0 },
    { 0 },
};

static const struct options_row ack_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_LIST, "ack-ids", "ID[,...]", FIELD(ack_ids),
      "What the pull gave.", 0, 0 },
    { 0 },
};

static const struct show_column columns[] = {
    { "DATA", "shown" },
    { "MESSAGE_ID", "message.messageId" },
    { "DEVICE_ID", "message.attributes.deviceId" },
    { "SUBFOLDER", "message.attributes.subFolder" },
    { "ACK_ID", "ackId" },
    { NULL, NULL },
};

/* What was acknowledged has no id any more that anybody needs. */
enum { COLUMN_ACK_ID = 4 };

/* A pull that is under way. */
struct pull {
    struct verbs_call *call;
    char name[TRAFFIC_TOPIC_MOST];
    struct show_column columns[COLUMN_ACK_ID + 2];
    struct show_stream stream;
    int64_t left;
};

/* Text for the table: up to the first NUL, and not longer than a screen. */
static json_t *
shown(const struct traffic_received *message)
{
    char text[81];

    snprintf(text, sizeof text, "%s", (const char *)message->data);
    return show_text(text);
}

static bool
append(struct pull *pull, const struct traffic_batch *batch, json_t *rows)
{
    for (size_t i = 0; i < batch->count; i++) {
        json_t *row = resources_received(&batch->items[i]);

        if (row != NULL && pull->call->format == VERBS_TABLE)
            json_object_set_new(row, "shown", shown(&batch->items[i]));
        if (json_array_append_new(rows, row) != 0) {
            log_error("out of memory");
            return false;
        }
    }
    return true;
}

/* A follower's array of JSON would never end: it gets a value a line. */
static bool
print_lines(json_t *rows)
{
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_dumpf(row, stdout,
                       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII) != 0)
            break;
        putchar('\n');
    }
    json_decref(rows);
    return true;
}

static bool
print(struct pull *pull, const struct traffic_batch *batch)
{
    json_t *rows = json_array();
    bool ok = rows != NULL && append(pull, batch, rows);

    if (!ok)
        json_decref(rows);
    else if (pull->call->arguments.follow && pull->call->format == VERBS_JSON)
        ok = print_lines(rows);
    else
        ok = show_rows(&pull->stream, rows);
    /* What went wrong with it is said when the program ends. */
    return ok && fflush(stdout) == 0;
}

static bool
acknowledge(struct pull *pull, const struct traffic_batch *batch)
{
    const char *ack_ids[BATCH];

    for (size_t i = 0; i < batch->count; i++)
        ack_ids[i] = batch->items[i].ack_id;
    return traffic_acknowledge(pull->call->traffic, pull->name, ack_ids,
                               batch->count);
}

/* One batch; *COUNT is how many there were. */
static bool
pull_batch(struct pull *pull, size_t *count)
{
    size_t most = pull->left < BATCH ? (size_t)pull->left : BATCH;
    struct traffic_batch *batch = NULL;
    bool ok = traffic_pull(pull->call->traffic, pull->name, most, &batch) &&
              (batch->count == 0 || print(pull, batch)) &&
              (batch->count == 0 || !pull->call->arguments.auto_ack ||
               acknowledge(pull, batch));

    *count = ok ? batch->count : 0;
    pull->left -= (int64_t)*count;
    traffic_batch_free(&batch);
    return ok;
}

static bool
pull_all(struct pull *pull)
{
    bool follow = pull->call->arguments.follow;
    size_t count = 0;

    while (pull->left > 0) {
        if (!pull_batch(pull, &count))
            return false;
        if (count == 0 && !follow)
            break;
        if (count == 0 && !standard_wait(LOOK_MS))
            break;
    }
    return true;
}

static enum exit_code
pull_messages(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;
    struct pull pull = { .call = call,
                         .stream = { .call = call },
                         .left = given->limit };

    memcpy(pull.columns, columns, sizeof columns);
    if (given->auto_ack)
        pull.columns[COLUMN_ACK_ID] = (struct show_column){ NULL, NULL };
    pull.stream.columns = pull.columns;
    if (pull.left == 0)
        pull.left = given->follow ? INT64_MAX : 1;
    if (!traffic_subscription_name(call->path.project, call->name, pull.name)) {
        log_error("the name is longer than %d bytes", TRAFFIC_TOPIC_MOST - 1);
        return EXIT_CODE_MISUSED;
    }
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) || !pull_all(&pull))
        return EXIT_CODE_FAILED;
    if (given->follow && call->format == VERBS_JSON)
        return EXIT_CODE_DONE;
    return show_end(&pull.stream) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* Acknowledges "a,b,c", which is changed. */
static bool
ack_pieces(struct verbs_call *call, const char *name, char *text)
{
    char *rest = NULL;

    for (char *piece = strtok_r(text, ",", &rest); piece != NULL;
         piece = strtok_r(NULL, ",", &rest)) {
        const char *ack_id = piece;

        if (!traffic_acknowledge(call->traffic, name, &ack_id, 1))
            return false;
    }
    return true;
}

static enum exit_code
ack(struct verbs_call *call)
{
    const struct options_list *ids = &call->arguments.ack_ids;
    char name[TRAFFIC_TOPIC_MOST];
    bool ok;

    if (ids->count == 0 ||
        !traffic_subscription_name(call->path.project, call->name, name)) {
        log_error("--ack-ids is missing, or the name is too long");
        return EXIT_CODE_MISUSED;
    }
    ok = verbs_open_traffic(call, TRAFFIC_WRITE);
    for (size_t i = 0; ok && i < ids->count; i++) {
        char *pieces = strdup(ids->items[i]);

        if (pieces == NULL)
            log_error("out of memory");
        ok = pieces != NULL && ack_pieces(call, name, pieces);
        free(pieces);
    }
    if (ok)
        fprintf(stderr, "Acked the messages.\n");
    if (ok && call->format != VERBS_UNSAID)
        ok = show_value(call, json_object());
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct verbs_verb verbs_subscriptions_pull = {
    "SUBSCRIPTION --project P [--auto-ack] [--limit N] [--follow]",
    "Prints messages; each goes to one puller until its deadline.",
    pull_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_TABLE,
    pull_messages,
};

const struct verbs_verb verbs_subscriptions_ack = {
    "SUBSCRIPTION --project P --ack-ids ID[,...]",
    "Acknowledges messages, which are then not handed out again.",
    ack_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    ack,
};
