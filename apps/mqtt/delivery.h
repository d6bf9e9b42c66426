// SPDX-License-Identifier: Apache-2.0
/*
 * One run of publishing: from the spool, and from lines of stdin by way of
 * the spool, to the session, until all is acknowledged, a signal comes, or it
 * is no use.
 */
#ifndef MQTT_DELIVERY_H
#define MQTT_DELIVERY_H

#include "base/checked.h"
#include "session.h"
#include "spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery_settings {
    struct session_settings session; /* its events are filled in here */
    const char *topic;               /* of lines */
    int qos;                         /* of lines */
    size_t payload_most;             /* of a line, bytes */
    bool lines;                      /* publish those of stdin */
    bool listen;                     /* print what arrives, until a signal */
    bool json;                       /* and print it so */
    bool is_kept;                    /* the spool outlives the process */
    int64_t timeout;                 /* s without success; 0: any time */
};

enum delivery_end {
    DELIVERY_DONE,     /* all acknowledged */
    DELIVERY_FAILED,   /* the log has said why */
    DELIVERY_STOPPED,  /* by a signal, with messages left in the spool */
    DELIVERY_NETWORK,  /* given up, see the reason */
    DELIVERY_NO_TOKEN, /* likewise: the key did not sign */
};

struct delivery_result {
    enum delivery_end end;
    char reason[512]; /* why there is no connection; "" when there is one */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP end the input of a run, now or
 * later, after which what is under way has five seconds; the same again
 * kills.  SIGPIPE and SIGXFSZ are ignored.
 */
void
delivery_heed_signals(void);

/*
 * Runs it.  False, having logged why, when it
 * could not even begin.
 */
CHECKED bool
delivery_run(const struct delivery_settings *settings, struct spool *spool,
             struct delivery_result *result);

#endif
