#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bridges and pullers are killed at any moment: every message that a bridge was
# told is kept is pulled afterwards, and the database stays intact.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq
writer=$BUILD_ROOT/tests/fixture/traffic-writer
kills=30

cd "$T"
pubsub()
{
    iot-registry "$@" --project home
}
expect_ok pubsub topics create telemetry
expect_ok pubsub subscriptions create all --topic telemetry --ack-deadline 1

# A puller that is killed prints what it may not have acknowledged.
touch told pulled
for ((i = 0; i < kills; i++)); do
    "$writer" traffic.db projects/home/topics/telemetry $((i * 100000)) 10 \
        >>told 2>>errors &
    pid=$!
    iot-registry subscriptions pull all --project home --auto-ack --follow \
        --json >>pulled 2>>errors &
    puller=$!
    STARTED+=("$pid" "$puller")
    sleep "0.0$((RANDOM % 60 + 20))"
    kill -KILL "$pid" "$puller" 2>/dev/null || true
    wait "$pid" "$puller" 2>/dev/null || true
    # a line cut short by the kill has no end
    test ! -s pulled || test -z "$(tail -c 1 pulled)" || echo >>pulled
done
expect test "$(wc -l <told)" -gt $((kills * 5))
expect test "$(sqlite3 traffic.db 'PRAGMA integrity_check')" = ok
sleep 1.1
pubsub subscriptions pull all --auto-ack --limit 1000000 --json >rest
{
    jq -rR 'fromjson? | .message.data | @base64d' pulled
    jq -r '.[].message.data | @base64d' rest
} | tr -d ' ' | sort -u >got
expect test -z "$(sort -u told | comm -23 - got | head -3)"
# and what was acknowledged does not come again
sleep 1.1
expect_ok pubsub subscriptions pull all --limit 10 --json
expect test "$(cat out)" = '[]'
