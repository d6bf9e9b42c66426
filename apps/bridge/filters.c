// SPDX-License-Identifier: Apache-2.0
/*
 * A short list for a device, one of some thousands for a gateway.  Who may
 * subscribe is the gate's affair.
 */
#include "filters.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 2 };

static const char *
subfolder_of(const struct filter *filter)
{
    return filter->subfolder != NULL ? filter->subfolder : "";
}

static bool
is_by_number(const struct names_topic *topic)
{
    return names_is_numeric(topic->device, strlen(topic->device));
}

static struct filter *
find_same(const struct filters *filters, const struct names_topic *topic,
          uint64_t num_id)
{
    for (size_t i = 0; i < filters->count; i++) {
        struct filter *filter = &filters->all[i];

        if (filter->num_id == num_id && filter->kind == topic->kind &&
            filter->by_number == is_by_number(topic) &&
            strcmp(subfolder_of(filter), topic->subfolder) == 0)
            return filter;
    }
    return NULL;
}

static bool
make_room(struct filters *filters)
{
    size_t room = filters->room == 0 ? FIRST_ROOM : filters->room * 2;
    struct filter *larger;

    if (filters->count < filters->room)
        return true;
    if (filters->count == FILTERS_MOST) {
        log_warning("a connection has %d subscriptions and gets no more",
                    FILTERS_MOST);
        return false;
    }
    larger = realloc(filters->all, room * sizeof *larger);
    if (larger == NULL) {
        log_error("out of memory for a subscription");
        return false;
    }
    filters->all = larger;
    filters->room = room;
    return true;
}

struct filter *
filters_add(struct filters *filters, const struct names_topic *topic,
            uint64_t num_id, int qos)
{
    struct filter *filter = find_same(filters, topic, num_id);
    char *subfolder = NULL;

    if (filter == NULL) {
        if (!make_room(filters))
            return NULL;
        if (topic->subfolder[0] != '\0' &&
            (subfolder = strdup(topic->subfolder)) == NULL) {
            log_error("out of memory for a subscription");
            return NULL;
        }
        filter = &filters->all[filters->count++];
        *filter = (struct filter){ .num_id = num_id,
                                   .kind = topic->kind,
                                   .by_number = is_by_number(topic),
                                   .subfolder = subfolder };
    }
    filter->qos = qos;
    return filter;
}

static void
take_out(struct filters *filters, struct filter *filter)
{
    free(filter->subfolder);
    *filter = filters->all[--filters->count];
}

void
filters_remove(struct filters *filters, const struct names_topic *topic,
               uint64_t num_id)
{
    struct filter *filter = find_same(filters, topic, num_id);

    if (filter != NULL)
        take_out(filters, filter);
}

void
filters_remove_device(struct filters *filters, uint64_t num_id)
{
    for (size_t i = filters->count; i > 0; i--)
        if (filters->all[i - 1].num_id == num_id)
            take_out(filters, &filters->all[i - 1]);
}

struct filter *
filters_find(const struct filters *filters, uint64_t num_id,
             enum names_kind kind, const char *subfolder)
{
    for (size_t i = 0; i < filters->count; i++) {
        struct filter *filter = &filters->all[i];
        const char *wanted = subfolder_of(filter);

        if (filter->num_id == num_id && filter->kind == kind &&
            (strcmp(wanted, "#") == 0 || strcmp(wanted, subfolder) == 0))
            return filter;
    }
    return NULL;
}

void
filters_clear(struct filters *filters)
{
    while (filters->count > 0)
        take_out(filters, &filters->all[filters->count - 1]);
    free(filters->all);
    *filters = (struct filters){ NULL, 0, 0 };
}
