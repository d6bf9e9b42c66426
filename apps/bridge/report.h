// SPDX-License-Identifier: Apache-2.0
/*
 * Who came, who left, who was refused, and why: a line of log, an event for
 * people who watch, the device's last error, a message on the topic of
 * connections, a number.  cloud-iot-core reference, sections 2.9 and 2.10.
 */
#ifndef BRIDGE_REPORT_H
#define BRIDGE_REPORT_H

#include "base/log.h"
#include "bridge.h"
#include "gate/gate.h"
#include "journal.h"
#include "sessions.h"

/* Why a connection ends. */
struct report_end {
    enum journal_code code; /* JOURNAL_OK when it is no error */
    const char *reason;     /* a word, for the log */
    const char *why;        /* likewise, a sentence */
    const char *text;       /* as the original said it, or NULL: as WHY */
    const char *topic;      /* to which it published what ended it, or NULL */
};

void
report_admitted(struct bridge *bridge, const struct session *session,
                const struct gate_visitor *visitor);

/* DEVICE is what gate_authenticate knew of VISITOR; all zero before it was
 * asked. */
void
report_refused(struct bridge *bridge, const struct gate_visitor *visitor,
               const struct gate_device *device,
               const struct gate_refusal *refusal);

/* The session has ended, or is about to. */
void
report_ended(struct bridge *bridge, const struct session *session,
             const struct report_end *end);

/* The broker is going, and all connections with it. */
void
report_shutdown(struct bridge *bridge);

/* The device or the network ended it. */
void
report_gone(struct bridge *bridge, const struct session *session);

/* The device of SESSION may not do what it wanted with TOPIC, and stays: EVENT
 * is LOG_DENIED for a subscription, LOG_DROPPED for what it published. */
void
report_denied(const struct session *session, enum log_event event,
              const char *topic, const char *reason, const char *why);

/* Something happened to DEVICE within the session: KIND as in section 2.10.
 * CODE other than JOURNAL_OK makes it its last error. */
void
report_event(struct bridge *bridge, const struct gate_device *device,
             const char *kind, enum journal_code code, const char *text);

/* DEVICE was attached to the gateway of SESSION, by what VISITOR said of it. */
void
report_attached(struct bridge *bridge, const struct session *session,
                const struct gate_visitor *visitor,
                const struct gate_device *device);

/* The code that a refusal has in a device's last error. */
enum journal_code
report_code(enum gate_reason reason);

#endif
