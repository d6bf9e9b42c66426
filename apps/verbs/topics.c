// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry topics and subscriptions: create, list, describe, update and
 * delete, as in "gcloud pubsub".  What is fetched through them is pull.c's.
 */
#include "traffic/topics.h"
#include "base/log.h"
#include "call.h"
#include "show.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row topic_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_NUMBER, "message-retention", "SECONDS", FIELD(retention),
      "How long its messages are kept; default 604800, 7 days.", 1,
      TRAFFIC_RETENTION_MOST },
    { 0 },
};

static const struct options_row subscription_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "topic", "TOPIC", FIELD(topic), "The topic.", 0, 0 },
    { OPTIONS_NUMBER, "ack-deadline", "SECONDS", FIELD(deadline),
      "After which a message that nobody acknowledged is handed out again; "
      "default 10.",
      TRAFFIC_DEADLINE_LEAST, TRAFFIC_DEADLINE_MOST },
    { OPTIONS_FLAG, "from-start", NULL, FIELD(from_start),
      "Also what the topic still has; default only what comes.", 0, 0 },
    { 0 },
};

static const struct options_row deadline_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_NUMBER, "ack-deadline", "SECONDS", FIELD(deadline),
      "After which a message that nobody acknowledged is handed out again.",
      TRAFFIC_DEADLINE_LEAST, TRAFFIC_DEADLINE_MOST },
    { 0 },
};

static const struct show_column topic_columns[] = {
    { "NAME", "name" },
    { "MESSAGE_RETENTION", "messageRetentionDuration" },
    { NULL, NULL },
};

static const struct show_column subscription_columns[] = {
    { "NAME", "name" },
    { "TOPIC", "topic" },
    { "ACK_DEADLINE_SECONDS", "ackDeadlineSeconds" },
    { NULL, NULL },
};

/* "projects/P/", which the names of all that is in the project begin with. */
static void
prefix(const struct verbs_call *call, char text[NAMES_ID_MOST + 16])
{
    snprintf(text, NAMES_ID_MOST + 16, "projects/%s/", call->path.project);
}

static bool
is_long(bool fits)
{
    if (!fits)
        log_error("the name is longer than %d bytes", TRAFFIC_TOPIC_MOST - 1);
    return !fits;
}

static json_t *
show_seconds(int64_t seconds)
{
    char text[32];

    snprintf(text, sizeof text, "%llds", (long long)seconds);
    return json_string(text);
}

static json_t *
topic_json(const struct traffic_topic *topic)
{
    return json_pack("{s:s, s:o}", "name", topic->name,
                     "messageRetentionDuration",
                     show_seconds(topic->retention));
}

static json_t *
subscription_json(const struct traffic_subscription *it)
{
    return json_pack("{s:s, s:s, s:I}", "name", it->name, "topic", it->topic,
                     "ackDeadlineSeconds", (json_int_t)it->deadline);
}

static enum exit_code
create_topic(struct verbs_call *call)
{
    struct traffic_topic wanted = { .retention = call->arguments.retention };

    if (wanted.retention == 0)
        wanted.retention = TRAFFIC_RETENTION;
    if (is_long(
            traffic_topic_name(call->path.project, call->name, wanted.name)))
        return EXIT_CODE_MISUSED;
    if (!traffic_topic_check(&wanted) ||
        !verbs_open_traffic(call, TRAFFIC_CREATE) ||
        !traffic_topic_create(call->traffic, &wanted))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Created topic", wanted.name, topic_json(&wanted));
}

static enum exit_code
describe_topic(struct verbs_call *call)
{
    struct traffic_topic topic;
    char name[TRAFFIC_TOPIC_MOST];

    if (is_long(traffic_topic_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    return verbs_open_traffic(call, TRAFFIC_BROWSE) &&
                   traffic_topic_get(call->traffic, name, &topic) &&
                   show_value(call, topic_json(&topic))
               ? EXIT_CODE_DONE
               : EXIT_CODE_FAILED;
}

static enum exit_code
update_topic(struct verbs_call *call)
{
    int64_t retention = call->arguments.retention;
    struct traffic_topic topic;
    char name[TRAFFIC_TOPIC_MOST];

    if (retention == 0) {
        log_error("--message-retention is missing");
        return EXIT_CODE_MISUSED;
    }
    if (is_long(traffic_topic_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_topic_update(call->traffic, name, retention) ||
        !traffic_topic_get(call->traffic, name, &topic))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Updated topic", name, topic_json(&topic));
}

static enum exit_code
delete_topic(struct verbs_call *call)
{
    char name[TRAFFIC_TOPIC_MOST];

    if (is_long(traffic_topic_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_topic_delete(call->traffic, name))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Deleted topic", name, NULL);
}

static enum exit_code
list_topics(struct verbs_call *call)
{
    char start[NAMES_ID_MOST + 16];
    struct traffic_topic topic = { .name = "" };
    json_t *rows = json_array();
    bool found = true;
    bool ok = verbs_open_traffic(call, TRAFFIC_BROWSE);

    prefix(call, start);
    while (ok && found) {
        ok = traffic_topic_next(call->traffic, start, topic.name, &topic,
                                &found);
        if (ok && found)
            json_array_append_new(rows, topic_json(&topic));
    }
    if (ok)
        ok = show_list(call, topic_columns, rows);
    else
        json_decref(rows);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code
create_subscription(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;
    struct traffic_subscription wanted = { .deadline = given->deadline };

    if (given->topic == NULL) {
        log_error("--topic is missing");
        return EXIT_CODE_MISUSED;
    }
    if (wanted.deadline == 0)
        wanted.deadline = TRAFFIC_DEADLINE;
    if (is_long(
            traffic_subscription_name(call->path.project, call->name,
                                      wanted.name) &&
            traffic_topic_name(call->path.project, given->topic, wanted.topic)))
        return EXIT_CODE_MISUSED;
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_subscription_create(call->traffic, &wanted, given->from_start))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Created subscription", wanted.name,
                      subscription_json(&wanted));
}

static enum exit_code
describe_subscription(struct verbs_call *call)
{
    struct traffic_subscription it;
    char name[TRAFFIC_TOPIC_MOST];

    if (is_long(
            traffic_subscription_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    return verbs_open_traffic(call, TRAFFIC_BROWSE) &&
                   traffic_subscription_get(call->traffic, name, &it) &&
                   show_value(call, subscription_json(&it))
               ? EXIT_CODE_DONE
               : EXIT_CODE_FAILED;
}

static enum exit_code
update_subscription(struct verbs_call *call)
{
    int64_t deadline = call->arguments.deadline;
    struct traffic_subscription it;
    char name[TRAFFIC_TOPIC_MOST];

    if (deadline == 0) {
        log_error("--ack-deadline is missing");
        return EXIT_CODE_MISUSED;
    }
    if (is_long(
            traffic_subscription_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_subscription_update(call->traffic, name, deadline) ||
        !traffic_subscription_get(call->traffic, name, &it))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Updated subscription", name,
                      subscription_json(&it));
}

static enum exit_code
delete_subscription(struct verbs_call *call)
{
    char name[TRAFFIC_TOPIC_MOST];

    if (is_long(
            traffic_subscription_name(call->path.project, call->name, name)))
        return EXIT_CODE_MISUSED;
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_subscription_delete(call->traffic, name))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Deleted subscription", name, NULL);
}

static enum exit_code
list_subscriptions(struct verbs_call *call)
{
    char start[NAMES_ID_MOST + 16];
    struct traffic_subscription it = { .name = "" };
    json_t *rows = json_array();
    bool found = true;
    bool ok = verbs_open_traffic(call, TRAFFIC_BROWSE);

    prefix(call, start);
    while (ok && found) {
        ok = traffic_subscription_next(call->traffic, start, it.name, &it,
                                       &found);
        if (ok && found)
            json_array_append_new(rows, subscription_json(&it));
    }
    if (ok)
        ok = show_list(call, subscription_columns, rows);
    else
        json_decref(rows);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct verbs_verb verbs_topics_create = {
    "TOPIC --project P [OPTION ...]",
    "Makes a topic, which keeps messages of devices.",
    topic_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    create_topic,
};

const struct verbs_verb verbs_topics_list = {
    "--project P [OPTION ...]",
    "Lists the topics of a project.",
    NULL,
    VERBS_NONE,
    VERBS_OF_PROJECT,
    VERBS_NAMES,
    list_topics,
};

const struct verbs_verb verbs_topics_describe = {
    "TOPIC --project P [OPTION ...]",
    "Shows a topic.",
    NULL,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_YAML,
    describe_topic,
};

const struct verbs_verb verbs_topics_update = {
    "TOPIC --project P --message-retention SECONDS",
    "Sets how long the messages of a topic are kept.",
    topic_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    update_topic,
};

const struct verbs_verb verbs_topics_delete = {
    "TOPIC --project P",
    "Deletes a topic, its messages and its subscriptions.",
    NULL,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    delete_topic,
};

const struct verbs_verb verbs_subscriptions_create = {
    "SUBSCRIPTION --project P --topic TOPIC [OPTION ...]",
    "Makes a subscription to a topic.",
    subscription_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    create_subscription,
};

const struct verbs_verb verbs_subscriptions_list = {
    "--project P [OPTION ...]",
    "Lists the subscriptions of a project.",
    NULL,
    VERBS_NONE,
    VERBS_OF_PROJECT,
    VERBS_NAMES,
    list_subscriptions,
};

const struct verbs_verb verbs_subscriptions_describe = {
    "SUBSCRIPTION --project P [OPTION ...]",
    "Shows a subscription.",
    NULL,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_YAML,
    describe_subscription,
};

const struct verbs_verb verbs_subscriptions_update = {
    "SUBSCRIPTION --project P --ack-deadline SECONDS",
    "Sets how long its pullers have for a message.",
    deadline_rows,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    update_subscription,
};

const struct verbs_verb verbs_subscriptions_delete = {
    "SUBSCRIPTION --project P",
    "Deletes a subscription.",
    NULL,
    VERBS_NAME,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    delete_subscription,
};
