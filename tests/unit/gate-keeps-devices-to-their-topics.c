// SPDX-License-Identifier: Apache-2.0
/*
 * What a device may publish, subscribe to and receive: each refusal stands
 * beside the same thing allowed.
 */
#include "check.h"
#include "gate/gate.h"

#include <string.h>

static const struct gate_device device = {
    .path = { "p-1", "eu", "reg", "dev-1" },
    .num_id = 2906384711,
};

struct row {
    enum gate_direction direction;
    const char *text;
    size_t payload;
    enum gate_reason reason;
};

static const struct row rows[] = {
    { GATE_PUBLISH, "/devices/dev-1/events", 0, GATE_NO_REASON },
    { GATE_PUBLISH, "/devices/dev-1/events/a/b", 0, GATE_NO_REASON },
    { GATE_PUBLISH, "/devices/2906384711/events", 0, GATE_NO_REASON },
    { GATE_PUBLISH, "/devices/dev-2/events", 0, GATE_OTHER_DEVICE },
    { GATE_PUBLISH, "/devices/2906384712/events", 0, GATE_OTHER_DEVICE },
    { GATE_PUBLISH, "/devices/DEV-1/events", 0, GATE_OTHER_DEVICE },
    { GATE_PUBLISH, "/devices/dev-1/events", GATE_EVENTS_MOST, GATE_NO_REASON },
    { GATE_PUBLISH, "/devices/dev-1/events", GATE_EVENTS_MOST + 1,
      GATE_PAYLOAD },
    { GATE_PUBLISH, "/devices/dev-1/state", GATE_STATE_MOST, GATE_NO_REASON },
    { GATE_PUBLISH, "/devices/dev-1/state", GATE_STATE_MOST + 1, GATE_PAYLOAD },
    { GATE_PUBLISH, "/devices/dev-1/state/a", 0, GATE_TOPIC },
    { GATE_PUBLISH, "/devices/dev-1/config", 0, GATE_DIRECTION },
    { GATE_PUBLISH, "/devices/dev-1/commands/a", 0, GATE_DIRECTION },
    { GATE_PUBLISH, "/devices/dev-1/attach", 0, GATE_DIRECTION },
    { GATE_PUBLISH, "devices/dev-1/events", 0, GATE_TOPIC },
    { GATE_PUBLISH, "/devices/../events", 0, GATE_TOPIC },
    { GATE_PUBLISH, "$SYS/broker/load", 0, GATE_TOPIC },
    { GATE_PUBLISH,
      "projects/p-1/locations/eu/registries/reg/devices/dev-1/events", 0,
      GATE_TOPIC },

    { GATE_SUBSCRIBE, "/devices/dev-1/config", 0, GATE_NO_REASON },
    { GATE_SUBSCRIBE, "/devices/2906384711/config", 0, GATE_NO_REASON },
    { GATE_SUBSCRIBE, "/devices/dev-2/config", 0, GATE_OTHER_DEVICE },
    { GATE_SUBSCRIBE, "/devices/dev-1/commands/#", 0, GATE_NO_REASON },
    { GATE_SUBSCRIBE, "/devices/dev-1/commands/a", 0, GATE_NO_REASON },
    { GATE_SUBSCRIBE, "/devices/dev-2/commands/#", 0, GATE_OTHER_DEVICE },
    { GATE_SUBSCRIBE, "/devices/dev-1/commands/+", 0, GATE_TOPIC },
    { GATE_SUBSCRIBE, "/devices/dev-1/#", 0, GATE_TOPIC },
    { GATE_SUBSCRIBE, "/devices/+/config", 0, GATE_TOPIC },
    { GATE_SUBSCRIBE, "#", 0, GATE_TOPIC },
    { GATE_SUBSCRIBE, "$share/g//devices/dev-1/config", 0, GATE_TOPIC },
    { GATE_SUBSCRIBE, "/devices/dev-1/events", 0, GATE_DIRECTION },

    { GATE_RECEIVE, "/devices/dev-1/config", 0, GATE_NO_REASON },
    { GATE_RECEIVE, "/devices/dev-1/commands", 0, GATE_NO_REASON },
    { GATE_RECEIVE, "/devices/dev-2/commands", 0, GATE_OTHER_DEVICE },
    { GATE_RECEIVE, "/devices/dev-1/events", 0, GATE_DIRECTION },
};

static enum gate_reason
ask(const struct gate_device *who, enum gate_direction direction,
    const char *text, size_t payload)
{
    struct gate_refusal refusal = { GATE_NO_REASON, "" };
    struct names_topic topic;

    CHECK(gate_authorize(who, direction, text, strlen(text), payload, &topic,
                         &refusal) == (refusal.reason == GATE_NO_REASON));
    return refusal.reason;
}

/* What a gateway may, and a device not, and the other way round. */
static void
check_gateway(void)
{
    struct gate_device gateway = device;

    gateway.is_gateway = true;
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/dev-2/attach",
              GATE_ATTACH_MOST) == GATE_NO_REASON);
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/dev-2/attach",
              GATE_ATTACH_MOST + 1) == GATE_PAYLOAD);
    CHECK(ask(&device, GATE_PUBLISH, "/devices/dev-2/attach", 0) ==
          GATE_OTHER_DEVICE);
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/17/detach", 0) ==
          GATE_NO_REASON);
    CHECK(ask(&gateway, GATE_SUBSCRIBE, "/devices/dev-1/errors", 0) ==
          GATE_NO_REASON);
    CHECK(ask(&device, GATE_SUBSCRIBE, "/devices/dev-1/errors", 0) ==
          GATE_DIRECTION);
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/dev-1/errors", 0) ==
          GATE_DIRECTION);
    CHECK(ask(&gateway, GATE_SUBSCRIBE, "/devices/dev-2/attach", 0) ==
          GATE_DIRECTION);
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/dev-1/events", 0) ==
          GATE_NO_REASON);
    CHECK(ask(&gateway, GATE_PUBLISH, "/devices/dev-2/events", 0) ==
          GATE_NOT_ATTACHED);
    CHECK(ask(&gateway, GATE_SUBSCRIBE, "/devices/dev-2/errors", 0) ==
          GATE_NOT_ATTACHED);
    CHECK(ask(&gateway, GATE_SUBSCRIBE, "/devices/+/config", 0) == GATE_TOPIC);
}

static void
check_row(const struct row *row)
{
    struct gate_refusal refusal = { GATE_NO_REASON, "" };
    struct names_topic topic;
    bool may =
        gate_authorize(&device, row->direction, row->text, strlen(row->text),
                       row->payload, &topic, &refusal);

    if (!CHECK(may == (row->reason == GATE_NO_REASON)) ||
        !CHECK(refusal.reason == row->reason) ||
        !CHECK(may || strlen(refusal.text) > 0))
        fprintf(stderr, "  %s: %s\n", row->text, refusal.text);
}

int
main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
    check_gateway();
    for (int i = GATE_NO_REASON; i < GATE_REASONS; i++)
        CHECK(gate_reason_word((enum gate_reason)i) != NULL);
    return check_end();
}
