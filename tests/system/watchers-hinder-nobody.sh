#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many may watch a registry: each sees everything once, a line an event, also
# over the broker's end and its next start; who is stopped, or whose lines nobody
# reads, hinders neither the broker nor the others; and each ends when he is
# asked to, or when nobody reads him any more.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 jq sqlite3

site_make
device_make dev-1 ec
device_make dev-2 ec
token=$(token dev-1)
bridge_start

# In the background bash has them ignore what Ctrl-C sends, unless told not to.
watch=(env --default-signal=INT iot-registry watch "${WHERE[@]}"
    --registry "$REGISTRY")
has_begun()
{
    ls -l "/proc/$1/fd" 2>/dev/null | grep -q 'traffic.db-shm'
}
WATCHERS=()
watched()
{
    background "$T/$1" "${watch[@]}" "${@:2}"
    WATCHERS+=("$STARTED_PID")
    expect wait_until 10 has_begun "$STARTED_PID"
}
for ((n = 1; n <= 8; n++)); do
    watched "seen-$n"
done
watched seen-json --json
# One writes to a pipe that nobody reads, and soon has to wait.
mkfifo "$T/full"
background "$T/sleep" sleep 1000 3<>"$T/full"
background "$T/full" "${watch[@]}" --from-start
stuck=$STARTED_PID
stopped=${WATCHERS[0]}
sleep 0.3 # each has looked where the end is
kill -STOP "$stopped"

# events: what happens, as the broker sees it, while they watch.
events()
{
    expect_ok raw --id "$(path_of dev-1)" --user '' --password "$token" \
        subscribe /devices/dev-1/config publish /devices/dev-1/events 1 ping
    expect grep -qx PUBACK "$T/out"
    expect_ok raw --id "$(path_of dev-2)" --user '' --password "$token"
    expect grep -qx 'CONNACK 5' "$T/out"
}
events
bridge_stop
bridge_start
events
device update dev-1 --blocked

# lines FILE: without their times.
lines()
{
    sed 's/^[^ ]* *//' "$T/$1"
}
cat >"$T/expected" <<END
CONNECT    dev-1 from 127.0.0.1
DISCONNECT dev-1 The connection broke.
REFUSED    dev-2 from 127.0.0.1: the token is signed by no key of the device: it has 1
CONNECT    dev-1 from 127.0.0.1
DISCONNECT dev-1 The connection broke.
REFUSED    dev-2 from 127.0.0.1: the token is signed by no key of the device: it has 1
OPERATOR   dev-1 devices update --blocked, by $(id -un)
END
all_seen()
{
    lines "$1" | sort | diff <(sort "$T/expected") - >/dev/null
}
for ((n = 2; n <= 8; n++)); do
    expect wait_until 10 all_seen "seen-$n"
    expect diff "$T/seen-2" "$T/seen-$n"
done
expect test "$(jq -r .eventType "$T/seen-json" | wc -l)" = 7
expect test ! -s "$T/seen-1"

# Much happens that the two do not take: the broker's files stay small, and it
# takes messages.
wal=$(stat -c %s "$T/traffic.db-wal")
device update dev-1 --no-blocked
expect_ok raw --id "$(path_of dev-1)" --user '' --password "$token" \
    each 500 /devices/dev-1/events/{} "$(printf 'x%.0s' {1..4000})" ping
expect test "$(grep -cx PUBACK "$T/out")" = 500
arrived()
{
    test "$(sqlite3 "$T/traffic.db" 'SELECT count(*) FROM message')" -ge 502
}
expect wait_until 10 arrived
expect test "$(stat -c %s "$T/traffic.db-wal")" -lt $((wal + 6000000))

# It has missed nothing.
kill -CONT "$stopped"
has_all()
{
    lines seen-1 | head -7 | sort | diff <(sort "$T/expected") - >/dev/null
}
expect wait_until 10 has_all

# Ctrl-C, and SIGTERM; 128 and the number is what a shell calls it.
kill -INT "${WATCHERS[1]}"
status=0
wait "${WATCHERS[1]}" || status=$?
expect test "$status" = 130
kill -TERM "$stuck"
status=0
wait "$stuck" || status=$?
expect test "$status" = 143

# All that happened is read, nothing more happens, and the reader goes.
bridge_stop
count=$(sqlite3 "$T/traffic.db" 'SELECT count(*) FROM event')
timeout 20 "${watch[@]}" --from-start | head -n "$count" >"$T/all"
expect test "${PIPESTATUS[0]}" = 0
expect test "$(wc -l <"$T/all")" = "$count"
