// SPDX-License-Identifier: Apache-2.0
/*
 * What a row of a list has in one of its members, as people write them for
 * gcloud: "id", "metadata.floor", "credentials[0].expirationTime",
 * "eventNotificationConfigs[].pubsubTopicName".
 */
#ifndef VERBS_MEMBER_H
#define VERBS_MEMBER_H

#include "base/checked.h"

#include <jansson.h>

/* What the name of a member may be made of. */
#define MEMBER_LETTERS           \
    "abcdefghijklmnopqrstuvwxyz" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
    "0123456789_.-+%[]"

/*
 * The member NAME of ROW as text, for free(): "True", "42", "a;b" of an array,
 * "k=v;l=w" of an object, and "" for what is not there.  [N] is an element,
 * counted from 0, and [] all of them.  NULL, logged, when memory is short.
 */
CHECKED char *
member_text(json_t *row, const char *name);

#endif
