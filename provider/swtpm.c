// SPDX-License-Identifier: Apache-2.0
/*
 * The way to swtpm's socket: "host=…,port=…" or "path=…", a connection for each
 * command. tpm2-tss's TCTI reads for ever what a dead peer does not send, and
 * tells nobody which descriptor it reads (TSS 2.0 TCTI §3, TPM 2.0 Part 1 §18).
 */
#include "swtpm.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Tag, size, code. */
enum { HEADER_SIZE = 10 };

enum { SETTINGS_MAX = 256 };

#define SWTPM_MAGIC 0x696f742d7477746dULL

struct swtpm {
    TSS2_TCTI_CONTEXT_COMMON_V2 common; /* first: what others see of us */
    struct sockaddr_storage address;
    socklen_t address_len;
    int timeout_ms; /* for connecting */
    int fd;         /* -1: not connected */
    int has_header;
    unsigned char header[HEADER_SIZE]; /* of the answer that is read */
};

static struct swtpm *
from_tcti(TSS2_TCTI_CONTEXT *tcti)
{
    return (struct swtpm *)tcti;
}

static void
hang_up(struct swtpm *swtpm)
{
    if (swtpm->fd >= 0)
        (void)close(swtpm->fd);
    swtpm->fd = -1;
    swtpm->has_header = 0;
}

/* On Linux the time for sending is that for connecting too. */
CHECKED static int
call_up(struct swtpm *swtpm)
{
    struct timeval bound = { swtpm->timeout_ms / 1000,
                             (suseconds_t)(swtpm->timeout_ms % 1000) * 1000 };

    swtpm->fd = socket(swtpm->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (swtpm->fd < 0)
        return 0;
    if (setsockopt(swtpm->fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound) ==
            0 &&
        connect(swtpm->fd, (const struct sockaddr *)&swtpm->address,
                swtpm->address_len) == 0)
        return 1;
    hang_up(swtpm);
    return 0;
}

static TSS2_RC
transmit(TSS2_TCTI_CONTEXT *tcti, size_t size, uint8_t const *command)
{
    struct swtpm *swtpm = from_tcti(tcti);

    if (swtpm->fd < 0 && !call_up(swtpm))
        return TSS2_TCTI_RC_NO_CONNECTION;
    while (size > 0) {
        ssize_t sent = send(swtpm->fd, command, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return TSS2_TCTI_RC_IO_ERROR;
        command += sent;
        size -= (size_t)sent;
    }
    return TSS2_RC_SUCCESS;
}

static int64_t
now_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is left until then, for poll(); a deadline of -1 never comes. */
static int
left_ms(int64_t deadline)
{
    int64_t left = deadline - now_ms();

    if (deadline < 0)
        return -1;
    if (left < 0)
        return 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

static TSS2_RC
read_until(int fd, unsigned char *out, size_t size, int64_t deadline)
{
    struct pollfd wanted = { .fd = fd, .events = POLLIN };

    while (size > 0) {
        int count = poll(&wanted, 1, left_ms(deadline));
        ssize_t len = 0;

        if (count == 0)
            return TSS2_TCTI_RC_TRY_AGAIN;
        if (count < 0 && errno == EINTR) /* the deadline is the same */
            continue;
        if (count < 0)
            return TSS2_TCTI_RC_IO_ERROR;
        len = recv(fd, out, size, MSG_DONTWAIT);
        if (len <= 0)
            return TSS2_TCTI_RC_IO_ERROR;
        out += len;
        size -= (size_t)len;
    }
    return TSS2_RC_SUCCESS;
}

static uint32_t
answer_size(const struct swtpm *swtpm)
{
    const unsigned char *p = swtpm->header + 2;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* The header, once an answer, and what it says of the size. */
static TSS2_RC
receive_header(struct swtpm *swtpm, int64_t deadline)
{
    TSS2_RC code = TSS2_RC_SUCCESS;

    if (!swtpm->has_header)
        code = read_until(swtpm->fd, swtpm->header, HEADER_SIZE, deadline);
    swtpm->has_header = code == TSS2_RC_SUCCESS;
    if (code == TSS2_RC_SUCCESS && answer_size(swtpm) < HEADER_SIZE)
        return TSS2_TCTI_RC_MALFORMED_RESPONSE;
    return code;
}

/* With no place to put the answer, only its size is told. */
static TSS2_RC
receive(TSS2_TCTI_CONTEXT *tcti, size_t *size, uint8_t *answer, int32_t timeout)
{
    struct swtpm *swtpm = from_tcti(tcti);
    int64_t deadline = timeout < 0 ? -1 : now_ms() + timeout;
    size_t room = *size;
    TSS2_RC code = TSS2_RC_SUCCESS;

    if (swtpm->fd < 0)
        return TSS2_TCTI_RC_BAD_SEQUENCE;
    code = receive_header(swtpm, deadline);
    if (code != TSS2_RC_SUCCESS)
        return code;
    *size = answer_size(swtpm);
    if (answer == NULL)
        return TSS2_RC_SUCCESS;
    if (room < *size)
        return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
    memcpy(answer, swtpm->header, HEADER_SIZE);
    code = read_until(swtpm->fd, answer + HEADER_SIZE, *size - HEADER_SIZE,
                      deadline);
    if (code == TSS2_RC_SUCCESS)
        hang_up(swtpm);
    return code;
}

static void
finalize(TSS2_TCTI_CONTEXT *tcti)
{
    hang_up(from_tcti(tcti));
}

static TSS2_RC
get_poll_handles(TSS2_TCTI_CONTEXT *tcti, TSS2_TCTI_POLL_HANDLE *handles,
                 size_t *count)
{
    (void)tcti; /* another one for each command */
    (void)handles;
    (void)count;
    return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

const char *
swtpm_settings(const char *name)
{
    static const char ours[] = "swtpm";
    const size_t len = sizeof ours - 1;

    if (name == NULL || strncmp(name, ours, len) != 0)
        return NULL;
    if (name[len] == ':')
        return name + len + 1;
    return name[len] == '\0' ? name + len : NULL;
}

/* tpm2-tss's defaults. */
struct place {
    const char *host;
    const char *port;
    const char *path; /* instead of the others, unless NULL */
};

CHECKED static int
read_settings(char *text, struct place *place)
{
    char *rest = NULL;

    for (char *word = strtok_r(text, ",", &rest); word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        if (strncmp(word, "host=", 5) == 0)
            place->host = word + 5;
        else if (strncmp(word, "port=", 5) == 0)
            place->port = word + 5;
        else if (strncmp(word, "path=", 5) == 0)
            place->path = word + 5;
        else
            return 0;
    }
    return 1;
}

CHECKED static int
call_path(struct swtpm *swtpm, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (strlen(path) >= sizeof address.sun_path)
        return 0;
    memcpy(address.sun_path, path, strlen(path));
    memcpy(&swtpm->address, &address, sizeof address);
    swtpm->address_len = sizeof address;
    return call_up(swtpm);
}

CHECKED static int
call_host(struct swtpm *swtpm, const struct place *place)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int ok = 0;

    if (getaddrinfo(place->host, place->port, &hints, &found) != 0)
        return 0;
    for (const struct addrinfo *at = found; at != NULL && !ok;
         at = at->ai_next) {
        memcpy(&swtpm->address, at->ai_addr, at->ai_addrlen);
        swtpm->address_len = at->ai_addrlen;
        ok = call_up(swtpm);
    }
    freeaddrinfo(found);
    return ok;
}

TSS2_TCTI_CONTEXT *
swtpm_open(const char *settings, int timeout_ms)
{
    struct place place = { "localhost", "2321", NULL };
    char text[SETTINGS_MAX];
    struct swtpm *swtpm = NULL;

    if (strlen(settings) >= sizeof text)
        return NULL;
    memcpy(text, settings, strlen(settings) + 1);
    if (!read_settings(text, &place))
        return NULL;
    swtpm = OPENSSL_zalloc(sizeof *swtpm);
    if (swtpm == NULL)
        return NULL;
    swtpm->common.v1.magic = SWTPM_MAGIC;
    swtpm->common.v1.version = 2;
    swtpm->common.v1.transmit = transmit;
    swtpm->common.v1.receive = receive;
    swtpm->common.v1.finalize = finalize;
    swtpm->common.v1.getPollHandles = get_poll_handles;
    swtpm->timeout_ms = timeout_ms;
    swtpm->fd = -1;
    if (place.path != NULL ? call_path(swtpm, place.path)
                           : call_host(swtpm, &place))
        return (TSS2_TCTI_CONTEXT *)swtpm;
    OPENSSL_free(swtpm);
    return NULL;
}

int
swtpm_is_ours(const TSS2_TCTI_CONTEXT *tcti)
{
    return TSS2_TCTI_MAGIC(tcti) == SWTPM_MAGIC;
}

void
swtpm_free(TSS2_TCTI_CONTEXT **tcti)
{
    struct swtpm *old = from_tcti(*tcti);

    *tcti = NULL;
    if (old == NULL)
        return;
    hang_up(old);
    OPENSSL_free(old);
}
