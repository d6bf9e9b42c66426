// SPDX-License-Identifier: Apache-2.0
/*
 * Inside the registry: an open traffic database, which is a store of its own
 * schema, and the clock that its rows are stamped with.
 */
#ifndef REGISTRY_STATION_H
#define REGISTRY_STATION_H

#include "store.h"
#include "traffic.h"

struct traffic {
    struct registry_store store;
    int64_t seen;    /* data_version at the last look for commands */
    bool has_looked; /* and there were none */
    int64_t swept;   /* the topic that the last sweep looked at */
};

/* Unix milliseconds. */
int64_t
station_now_ms(void);

#endif
