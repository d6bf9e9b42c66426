#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The broker is killed at any moment while many devices publish: every message
# that it acknowledged is pulled afterwards, once or more.  It comes back each
# time by itself, on the files that the one before left behind; after the last
# time it does not, and what was on its way is pulled all the same.
#
#     tests/system/bridge-survives-kill.sh [KILLS [DEVICES]]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd sqlite3 jq python3
load=$BUILD_ROOT/tests/fixture/mqtt-load
kills=${1:-4}
devices=${2:-12}

site_make
keep_in all
fleet dev "$devices" ec
bridge_start

# Each publishes five messages, waits for their acknowledgements, which are
# written down, and goes on; when it loses its connection it comes again.
"$load" publish "$DEVICE_PORT" "$T/ca/root.crt" "$T/dev" "$devices" 600 \
    1000000 5 100 >"$T/acknowledged" 2>"$T/load" &
publishers=$!
STARTED+=("$publishers")

# kept: the number of the last message that is.  kept_after NUMBER: a later one.
kept()
{
    sqlite3 -readonly -cmd '.timeout 5000' "$T/traffic.db" 'SELECT coalesce(max(key), 0) FROM message'
}
kept_after()
{
    test "$(kept)" -gt "$1"
}

# kill_within MILLISECONDS: at any moment of them, and start it again.
kill_within()
{
    sleep "$(printf '0.%03d' $((RANDOM % $1)))"
    kill -KILL "$BROKER_PID"
    wait "$BROKER_PID" 2>/dev/null || true
    background "$BROKER_LOG" mosquitto -c "$BROKER_CONF"
    BROKER_PID=$STARTED_PID
}

# Every second time it strikes while the broker comes up, lets in who comes
# again and moves what the one before has left.
for ((i = 0; i < kills; i += 2)); do
    before=$(kept)
    expect wait_until 20 kept_after "$before"
    kill_within 1000
    kill_within 250
done
before=$(kept)
expect wait_until 20 kept_after "$before"
hold_traffic
some_wait()
{
    test "$(cat "$T"/traffic.db-intake/* | wc -c)" -gt 5000
}
expect wait_until 20 some_wait
kill -KILL "$BROKER_PID"
wait "$BROKER_PID" 2>/dev/null || true
kill -TERM "$publishers"
expect wait "$publishers"
stop_pid "$HOLDER"

registry_do subscriptions pull all --project "$PROJECT" --auto-ack \
    --limit 10000000 --json >"$T/pulled"
jq -r '.[].message | .attributes.deviceId + " " + (.data | @base64d)' \
    "$T/pulled" | sed 's/^dev-0*\([0-9]*[0-9]\) \1 /\1 /; s/ *$//' >"$T/got"
sort -u "$T/got" >"$T/got.sorted"
sort -u "$T/acknowledged" >"$T/told"
comm -23 "$T/told" "$T/got.sorted" >"$T/missing"
echo "$kills kills, $devices devices: $(wc -l <"$T/told") acknowledged," \
    "$(wc -l <"$T/missing") missing, $(wc -l <"$T/got") pulled"
expect test "$(wc -l <"$T/told")" -gt $((kills * devices))
expect test ! -s "$T/missing"
# Nor were there any that nobody sent: at most what was under way each time.
expect test "$(comm -13 "$T/told" "$T/got.sorted" | wc -l)" -le $((devices * 5))
# All were let in, and somebody again after each kill.
expect test "$(cut -d' ' -f1 "$T/load")" -ge $((devices + kills / 2))
expect test "$(sqlite3 "$T/traffic.db" 'PRAGMA integrity_check')" = ok
bridge_stop
