// SPDX-License-Identifier: Apache-2.0
/*
 * An array to walk, and three trees of libc's to find by: the connection, the
 * number of the device, and the client id.
 */
#include "sessions.h"

#include "base/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct sessions {
    struct session **all;
    size_t count;
    size_t room;
    void *by_connection;
    void *by_device;
    void *by_client;
};

enum { FIRST_ROOM = 64, SUBFOLDERS_MOST = 100 };

static int
compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_connections(const void *a, const void *b)
{
    const struct session *left = a;
    const struct session *right = b;

    return compare((uintptr_t)left->connection, (uintptr_t)right->connection);
}

static int
compare_devices(const void *a, const void *b)
{
    const struct session *left = a;
    const struct session *right = b;

    return compare(left->device.num_id, right->device.num_id);
}

static int
compare_clients(const void *a, const void *b)
{
    const struct session *left = a;
    const struct session *right = b;

    return strcmp(left->client_id, right->client_id);
}

struct sessions *
sessions_new(void)
{
    return calloc(1, sizeof(struct sessions));
}

void
sessions_free(struct sessions **sessions)
{
    if (*sessions == NULL)
        return;
    while ((*sessions)->count > 0)
        sessions_remove(*sessions, (*sessions)->all[(*sessions)->count - 1]);
    free((*sessions)->all);
    free(*sessions);
    *sessions = NULL;
}

static bool
make_room(struct sessions *sessions)
{
    size_t room = sessions->room == 0 ? FIRST_ROOM : sessions->room * 2;
    struct session **larger;

    if (sessions->count < sessions->room)
        return true;
    larger = realloc(sessions->all, room * sizeof *larger);
    if (larger == NULL)
        return false;
    sessions->all = larger;
    sessions->room = room;
    return true;
}

static void
free_session(struct session *session)
{
    filters_clear(&session->filters);
    attached_clear(&session->attached);
    flights_clear(&session->flights);
    free(session->client_id);
    free(session->device.path);
    free(session);
}

static struct session *
copy(const struct session *session, const struct gate_device *device)
{
    struct session *copied = malloc(sizeof *copied);

    if (copied == NULL)
        return NULL;
    *copied = *session;
    copied->filters = (struct filters){ NULL, 0, 0 };
    copied->attached = (struct attached_list){ NULL, 0, 0 };
    copied->flights = (struct flights){
        .is_in_step = session->is_clean,
    };
    copied->client_id = strdup(session->client_id);
    copied->device = (struct session_device){
        .path = names_pack(&device->path),
        .num_id = device->num_id,
        .expires_at = device->expires_at,
        .key = device->key,
        .door = device->door,
        .is_gateway = device->is_gateway,
    };
    if (copied->client_id != NULL && copied->device.path != NULL)
        return copied;
    free_session(copied);
    return NULL;
}

struct session *
sessions_add(struct sessions *sessions, const struct session *session,
             const struct gate_device *device)
{
    struct session *added = NULL;

    if (!make_room(sessions))
        goto out;
    added = copy(session, device);
    if (added == NULL)
        goto out;
    added->index = sessions->count;
    sessions->all[sessions->count++] = added;
    if (tsearch(added, &sessions->by_connection, compare_connections) != NULL &&
        tsearch(added, &sessions->by_device, compare_devices) != NULL &&
        tsearch(added, &sessions->by_client, compare_clients) != NULL)
        return added;
    sessions_remove(sessions, added);
out:
    log_error("out of memory for a session");
    return NULL;
}

/* tsearch hands out addresses of pointers. */
static struct session *
found(const void *node)
{
    return node != NULL ? *(struct session *const *)node : NULL;
}

struct session *
sessions_find(const struct sessions *sessions, const void *connection)
{
    struct session key = { .connection = connection };

    return found(tfind(&key, &sessions->by_connection, compare_connections));
}

struct session *
sessions_find_device(const struct sessions *sessions, uint64_t num_id)
{
    struct session key = { .device = { .num_id = num_id } };

    return found(tfind(&key, &sessions->by_device, compare_devices));
}

struct session *
sessions_find_client(const struct sessions *sessions, const char *client_id)
{
    struct session key = { .client_id = (char *)(uintptr_t)client_id };

    return found(tfind(&key, &sessions->by_client, compare_clients));
}

void
session_device(const struct session *session, struct gate_device *device)
{
    const struct session_device *kept = &session->device;

    *device = (struct gate_device){
        .num_id = kept->num_id,
        .expires_at = kept->expires_at,
        .key = kept->key,
        .door = kept->door,
        .is_gateway = kept->is_gateway,
    };
    names_unpack(kept->path, &device->path);
}

const char *
session_id(const struct session *session)
{
    return names_packed_device(session->device.path);
}

void
session_device_attached(const struct session *session,
                        const struct attached *attached,
                        struct gate_device *device)
{
    struct gate_device gateway;

    session_device(session, &gateway);
    attached_device(attached, &gateway, device);
}

/* The others are config, commands and commands/#, and nobody can have more. */
static bool
is_of_subfolder(const struct names_topic *topic)
{
    return topic->subfolder[0] != '\0' && strcmp(topic->subfolder, "#") != 0;
}

const char *
session_bound_filters(struct session *session, const struct names_topic *topic,
                      bool is_clean)
{
    if (!is_of_subfolder(topic))
        return NULL;
    if (!is_clean)
        return "a session that is not clean has commands/# for all subfolders";
    if (session->subfolders >= SUBFOLDERS_MOST)
        return "it has subscribed to 100 subfolders on this connection";
    session->subfolders++;
    return NULL;
}

void
sessions_remove(struct sessions *sessions, struct session *session)
{
    struct session *last;

    if (session == NULL)
        return;
    last = sessions->all[--sessions->count];
    last->index = session->index;
    sessions->all[last->index] = last;
    tdelete(session, &sessions->by_connection, compare_connections);
    tdelete(session, &sessions->by_device, compare_devices);
    tdelete(session, &sessions->by_client, compare_clients);
    free_session(session);
}

size_t
sessions_count(const struct sessions *sessions)
{
    return sessions->count;
}

struct session *
sessions_at(const struct sessions *sessions, size_t index)
{
    return sessions->all[index];
}
