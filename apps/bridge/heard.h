// SPDX-License-Identifier: Apache-2.0
/*
 * What a line of mosquitto's log says, of what it tells no plugin otherwise:
 * that a device acknowledged, pinged or took its leave, and which packet
 * identifier a message has.  The forms are those of 2.0.11 with "log_type
 * debug".  Pure.
 */
#ifndef BRIDGE_HEARD_H
#define BRIDGE_HEARD_H

enum heard_kind {
    HEARD_NEWS,    /* a line for people, such as one of ours */
    HEARD_DEBUG,   /* one of mosquitto's on a packet that is none of these */
    HEARD_PUBLISH, /* a PUBLISH came from the client */
    HEARD_SENT,    /* one went to the client */
    HEARD_PUBACK,  /* came from it, as the following */
    HEARD_PINGREQ,
    HEARD_DISCONNECT,
};

struct heard {
    enum heard_kind kind;
    const char *client; /* its id; not of news and debug */
    const char *topic;  /* of a PUBLISH */
    unsigned qos;       /* likewise */
    unsigned length;    /* likewise, bytes of what it carries */
    unsigned mid;       /* likewise, and of a PUBACK; 0 for none */
};

/* What follows the time of a line; the line itself if it begins with none. */
const char *
heard_text(const char *line);

/* What a line seems to be, at the price of a look at its start: heard_read may
 * find that a line of a packet is only debug. */
enum heard_kind
heard_glance(const char *line);

/*
 * Reads LINE, without its newline.  It may begin with a time of digits and
 * "-:.TZ+/ " before the first ": ", or with none.  What is cut off, or not
 * exactly as mosquitto writes it, is debug at most.  News are left as they
 * are; every other line is cut apart, and *HEARD points into it.
 */
void
heard_read(char *line, struct heard *heard);

#endif
