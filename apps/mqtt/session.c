// SPDX-License-Identifier: Apache-2.0
/*
 * The session's states and clocks around libmosquitto, one client object a
 * connection, so that nothing of an old one is left in a new one.  MQTT 3.1.1
 * and, for the numbers, sections 1.4, 1.5, 2.1 of the cloud-iot-core
 * reference.
 */
#include "session.h"

#include "backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "connect.h"
#include "reason.h"
#include "tls.h"

#include <errno.h>
#include <limits.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All in ms. */
enum {
    ANSWER_MOST = 30 * 1000, /* from TCP to CONNACK */
    ACK_MOST = 60 * 1000,    /* without any PUBACK while some are due */
    DRAIN_MOST = 10 * 1000,  /* for PUBACKs before a planned reconnect */
    GOODBYE_MOST = 2 * 1000, /* for what is left in the socket */
    TICK = 1000,             /* libmosquitto wants to be called this often */
};

enum { REASON_SIZE = 400, DETAIL_SIZE = 200 };

enum state {
    STATE_WAITING, /* for the time of the next attempt */
    STATE_ASKING,  /* TCP is there, CONNACK is not */
    STATE_UP,
    STATE_DRAINING, /* up, but soon to be renewed: nothing new is sent */
};

struct slot {
    bool is_used;
    int mid;
    uint64_t tag;
};

struct session {
    struct session_settings settings;
    struct tls *tls;
    struct mosquitto *client;
    struct backoff backoff;
    enum state state;
    int64_t due;      /* when this state ends, if nothing happens before */
    int64_t up_since; /* when CONNACK came */
    int64_t renew_in; /* after that, when the token grows old */
    int64_t progress; /* when a PUBACK last came, or began to be due */
    int connack;      /* the code, or -1 before there is one */
    struct slot slots[SESSION_WINDOW];
    size_t outstanding;
    char detail[DETAIL_SIZE]; /* what libmosquitto said went wrong */
};

static void
forget_client(struct session *session)
{
    if (session->client != NULL)
        mosquitto_destroy(session->client);
    session->client = NULL;
    session->outstanding = 0;
    memset(session->slots, 0, sizeof session->slots);
}

static void
drop(struct session *session, enum session_trouble trouble, const char *reason)
{
    int64_t now = clock_milliseconds();
    int64_t delay;

    if (session_is_up(session))
        backoff_ended(&session->backoff, now - session->up_since);
    forget_client(session);
    delay = backoff_next(&session->backoff, arc4random());
    session->state = STATE_WAITING;
    session->due = now + delay;
    session->settings.events->dropped(session->settings.context, trouble,
                                      reason, delay);
}

/* libmosquitto failed with CODE: say why and try again later. */
static void
fail(struct session *session, int code, int system_error)
{
    struct reason_facts facts = {
        .host = session->settings.host,
        .port = session->settings.port,
        .code = code,
        .system_error = system_error,
        .connack = session->connack,
        .refusal = tls_refusal(session->tls),
        .detail = session->detail,
        .has_socket = session->state != STATE_WAITING,
        .has_been_up = session_is_up(session),
    };
    char reason[REASON_SIZE];
    enum session_trouble trouble = reason_write(&facts, reason, sizeof reason);

    drop(session, trouble, reason);
}

static void
on_connect(struct mosquitto *client, void *context, int code)
{
    struct session *session = context;

    session->connack = code;
    if (code != 0)
        return; /* the loop's result follows */
    session->state = STATE_UP;
    session->up_since = clock_milliseconds();
    session->due = session->up_since + session->renew_in;
    for (size_t i = 0; i < SESSION_FILTERS_MOST; i++)
        if (session->settings.filters[i] != NULL &&
            mosquitto_subscribe(client, NULL, session->settings.filters[i],
                                1) != MOSQ_ERR_SUCCESS)
            return; /* likewise: the socket is gone */
    session->settings.events->connected(session->settings.context);
}

static void
on_subscribe(struct mosquitto *client, void *context, int mid, int count,
             const int *granted)
{
    struct session *session = context;

    (void)client;
    (void)mid;
    for (int i = 0; i < count; i++)
        if (granted[i] > 1) /* MQTT 3.1.1 3.9.3: 128 is a refusal */
            log_warning("%s refused a subscription", session->settings.host);
}

static void
on_publish(struct mosquitto *client, void *context, int mid)
{
    struct session *session = context;

    (void)client;
    for (size_t i = 0; i < SESSION_WINDOW; i++) {
        struct slot *slot = &session->slots[i];

        if (!slot->is_used || slot->mid != mid)
            continue;
        slot->is_used = false;
        session->outstanding--;
        session->progress = clock_milliseconds();
        session->settings.events->acknowledged(session->settings.context,
                                               slot->tag);
        return;
    }
}

static void
on_message(struct mosquitto *client, void *context,
           const struct mosquitto_message *message)
{
    struct session *session = context;

    (void)client;
    session->settings.events->message(session->settings.context, message->topic,
                                      message->payload,
                                      (size_t)message->payloadlen);
}

/* The first error is the one that says most. */
static void
on_log(struct mosquitto *client, void *context, int level, const char *text)
{
    struct session *session = context;

    (void)client;
    if (level == MOSQ_LOG_ERR && session->detail[0] == '\0')
        snprintf(session->detail, sizeof session->detail, "%s", text);
}

/* A client object for one connection, with TOKEN as its password. */
static bool
new_client(struct session *session, const char *token)
{
    struct mosquitto *client =
        mosquitto_new(session->settings.path, true, session);

    session->client = client;
    if (client == NULL)
        return false;
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_publish_callback_set(client, on_publish);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_log_callback_set(client, on_log);
    return mosquitto_username_pw_set(client, "unused", token) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_void_option(client, MOSQ_OPT_SSL_CTX,
                                 tls_context(session->tls)) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_int_option(client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION,
                                MQTT_PROTOCOL_V311) == MOSQ_ERR_SUCCESS &&
           mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_max_inflight_messages_set(client, SESSION_WINDOW) ==
               MOSQ_ERR_SUCCESS;
}

/* Renew after 82 to 90 % of what is left of the token, so that a thousand
 * devices do not all come at the same moment; its source has a new one after
 * 80 %. */
static void
plan_renewal(struct session *session, int64_t left)
{
    int64_t percent = 82 + arc4random_uniform(9);

    session->renew_in = left > 0 ? left * 10 * percent : 0;
}

static void
attempt(struct session *session)
{
    struct iotjwt_error error;
    int64_t now = (int64_t)time(NULL);
    int64_t expires_at = now;
    char *token = NULL;
    bool is_ready;
    int code;

    if (!clock_is_set(now)) {
        drop(session, SESSION_NETWORK,
             "the clock is not set, and nobody takes a token of that time");
        return;
    }
    token =
        iotjwt_source_get(session->settings.tokens, now, &expires_at, &error);
    if (token == NULL) {
        drop(session, SESSION_NO_TOKEN, error.text);
        return;
    }
    if (error.code != IOTJWT_OK)
        log_warning("no new token, using the last one: %s", error.text);
    plan_renewal(session, expires_at - now);
    session->detail[0] = '\0';
    session->connack = -1;
    tls_forget(session->tls);
    is_ready = new_client(session, token);
    iotjwt_free(&token);
    if (!is_ready) {
        drop(session, SESSION_NETWORK, "libmosquitto cannot be set up");
        return;
    }
    code = connect_bounded(session->client, session->settings.host,
                           session->settings.port, SESSION_KEEPALIVE);
    if (code != MOSQ_ERR_SUCCESS) {
        fail(session, code, errno);
        return;
    }
    session->state = STATE_ASKING;
    session->due = clock_milliseconds() + ANSWER_MOST;
}

static void
flush(struct session *session)
{
    int64_t end = clock_milliseconds() + GOODBYE_MOST;
    int socket = mosquitto_socket(session->client);

    while (socket >= 0 && mosquitto_want_write(session->client) &&
           clock_milliseconds() < end) {
        struct pollfd poll_one = { .fd = socket, .events = POLLOUT };

        if (poll(&poll_one, 1, TICK) <= 0 ||
            mosquitto_loop_write(session->client, 1) != MOSQ_ERR_SUCCESS)
            return;
        socket = mosquitto_socket(session->client);
    }
}

/* Says DISCONNECT, so that the bridge knows that all is well. */
static void
say_goodbye(struct session *session)
{
    if (session_is_up(session) &&
        mosquitto_disconnect(session->client) == MOSQ_ERR_SUCCESS)
        flush(session);
}

/* Connects anew with the next token, planned and therefore without delay. */
static void
renew(struct session *session)
{
    say_goodbye(session);
    forget_client(session);
    backoff_ended(&session->backoff, BACKOFF_STABLE);
    session->state = STATE_WAITING;
    session->due = clock_milliseconds();
    session->settings.events->dropped(session->settings.context,
                                      SESSION_RENEWING, "", 0);
}

/* The bridge has been silent for too long. */
static void
drop_silent(struct session *session, const char *what)
{
    char reason[REASON_SIZE];

    snprintf(reason, sizeof reason, "%s:%d does not %s", session->settings.host,
             session->settings.port, what);
    drop(session, SESSION_NETWORK, reason);
}

/* What the clock alone demands. */
static void
keep_time(struct session *session)
{
    int64_t now = clock_milliseconds();
    bool is_due = now >= session->due;

    if (session->state == STATE_WAITING && is_due)
        attempt(session);
    else if (session->state == STATE_ASKING && is_due)
        drop_silent(session, "answer");
    else if (session->outstanding > 0 && now >= session->progress + ACK_MOST)
        drop_silent(session, "acknowledge");
    else if (session->state == STATE_UP && is_due) {
        session->state = STATE_DRAINING;
        session->due = now + DRAIN_MOST;
    }
    if (session->state == STATE_DRAINING &&
        (session->outstanding == 0 || now >= session->due))
        renew(session);
}

/* The events to wait for; libmosquitto wants to write CONNECT throughout the
 * handshake, which must not keep the processor busy. */
static short
wanted_events(const struct session *session)
{
    bool wants_to_write;

    if (!tls_is_shaking_hands(mosquitto_ssl_get(session->client),
                              &wants_to_write))
        wants_to_write = mosquitto_want_write(session->client);
    return (short)(POLLIN | (wants_to_write ? POLLOUT : 0));
}

static void
handle_socket(struct session *session, short events)
{
    int code = MOSQ_ERR_SUCCESS;

    errno = 0;
    if ((events & (POLLIN | POLLERR | POLLHUP)) != 0)
        code = mosquitto_loop_read(session->client, 1);
    if (code == MOSQ_ERR_SUCCESS && (events & POLLOUT) != 0)
        code = mosquitto_loop_write(session->client, 1);
    if (code == MOSQ_ERR_SUCCESS)
        code = mosquitto_loop_misc(session->client);
    if (code != MOSQ_ERR_SUCCESS)
        fail(session, code, errno);
}

static int
waiting_time(const struct session *session, int timeout)
{
    int64_t left = session->due - clock_milliseconds();

    if (timeout > TICK)
        timeout = TICK;
    if (left < 0)
        left = 0;
    return left < timeout ? (int)left : timeout;
}

void
session_step(struct session *session, int timeout, int fd, bool *is_readable)
{
    struct pollfd polled[2] = { { .fd = -1 }, { .fd = fd, .events = POLLIN } };

    if (is_readable != NULL)
        *is_readable = false;
    keep_time(session);
    if (session->client != NULL) {
        polled[0].fd = mosquitto_socket(session->client);
        polled[0].events = wanted_events(session);
    }
    if (poll(polled, 2, waiting_time(session, timeout)) < 0)
        return;
    if (is_readable != NULL)
        *is_readable = polled[1].revents != 0;
    if (session->client != NULL)
        handle_socket(session, polled[0].revents);
}

bool
session_may_publish(const struct session *session)
{
    return session->state == STATE_UP && session->outstanding < SESSION_WINDOW;
}

bool
session_publish(struct session *session, const char *topic, const void *payload,
                size_t length, int qos, uint64_t tag)
{
    struct slot *slot = session->slots;
    int code;

    while (slot < session->slots + SESSION_WINDOW && slot->is_used)
        slot++;
    if (slot == session->slots + SESSION_WINDOW || length > INT_MAX)
        return false;
    *slot = (struct slot){ .is_used = true, .tag = tag };
    if (session->outstanding++ == 0)
        session->progress = clock_milliseconds();
    /* At QoS 0 on_publish is called before this returns, hence the address. */
    code = mosquitto_publish(session->client, &slot->mid, topic, (int)length,
                             payload, qos, false);
    if (code != MOSQ_ERR_SUCCESS)
        fail(session, code, errno);
    return code == MOSQ_ERR_SUCCESS;
}

bool
session_is_up(const struct session *session)
{
    return session->state == STATE_UP || session->state == STATE_DRAINING;
}

struct session *
session_new(const struct session_settings *settings)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) {
        log_error("out of memory for the session");
        return NULL;
    }
    session->settings = *settings;
    session->due = clock_milliseconds();
    session->tls = tls_new(settings->host, settings->cafile);
    if (session->tls != NULL && mosquitto_lib_init() == MOSQ_ERR_SUCCESS)
        return session;
    if (session->tls != NULL)
        log_error("libmosquitto cannot be set up");
    tls_free(&session->tls);
    free(session);
    return NULL;
}

void
session_close(struct session **session)
{
    struct session *gone = *session;

    if (gone == NULL)
        return;
    *session = NULL;
    say_goodbye(gone);
    forget_client(gone);
    tls_free(&gone->tls);
    mosquitto_lib_cleanup();
    free(gone);
}
