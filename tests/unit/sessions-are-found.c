// SPDX-License-Identifier: Apache-2.0
/*
 * A thousand sessions come and go in another order, and each is found by its
 * connection and by its device for just as long as it is there.
 */
#include "bridge/sessions.h"
#include "check.h"

#include <string.h>

enum { COUNT = 1000, STEP = 7 };

static char connections[COUNT];

static uint64_t
number_of(int i)
{
    return UINT64_C(9000000000000000000) - (uint64_t)i * 1000003;
}

static bool
add(struct sessions *sessions, int i)
{
    char id[] = "client";
    struct session session = {
        .connection = &connections[i],
        .client_id = id,
    };
    struct gate_device device = { .num_id = number_of(i) };

    return sessions_add(sessions, &session, &device) != NULL;
}

/* How many are there and should not be, or the other way round. */
static int
wrong_ones(const struct sessions *sessions, const bool *is_there)
{
    int wrong = 0;

    for (int i = 0; i < COUNT; i++) {
        struct session *one = sessions_find(sessions, &connections[i]);

        if ((one != NULL) != is_there[i] ||
            one != sessions_find_device(sessions, number_of(i)) ||
            (one != NULL && one->connection != &connections[i]))
            wrong++;
    }
    return wrong;
}

int
main(void)
{
    struct sessions *sessions = sessions_new();
    bool is_there[COUNT] = { false };

    if (!CHECK(sessions != NULL))
        return check_end();
    CHECK(wrong_ones(sessions, is_there) == 0);
    for (int i = 0; i < COUNT; i++)
        is_there[i] = CHECK(add(sessions, i));
    CHECK(wrong_ones(sessions, is_there) == 0);
    CHECK(sessions_count(sessions) == COUNT);
    for (int n = 0, i = 0; n < COUNT / 2; n++, i = (i + STEP) % COUNT) {
        sessions_remove(sessions, sessions_find(sessions, &connections[i]));
        is_there[i] = false;
    }
    CHECK(wrong_ones(sessions, is_there) == 0);
    CHECK(sessions_count(sessions) == COUNT - COUNT / 2);
    for (size_t i = 0; i < sessions_count(sessions); i++)
        CHECK(sessions_at(sessions, i)->index == i);
    sessions_remove(sessions, NULL);
    sessions_free(&sessions);
    CHECK(sessions == NULL);
    sessions_free(&sessions);
    return check_end();
}
