#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Topics and subscriptions by the verbs of "gcloud pubsub": pullers share a
# subscription, no two get the same message before its deadline, and after it
# a message that nobody acknowledged comes again.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq
writer=$BUILD_ROOT/tests/fixture/traffic-writer

cd "$T"
pubsub()
{
    iot-registry "$@" --project home
}
pull()
{
    pubsub subscriptions pull all "$@"
}

# The verbs.
expect_fail 1 'no traffic' pubsub topics list
expect_ok pubsub topics create telemetry --message-retention 3600
expect grep -qxF 'Created topic [projects/home/topics/telemetry].' err
expect_fail 1 '(resource=telemetry)' pubsub topics create telemetry
expect_fail 1 'is no name like' pubsub topics create 'a b'
expect_ok pubsub topics list
expect grep -qE '^projects/home/topics/telemetry +3600s$' out
expect_fail 1 'not found (resource=projects/home/topics/alarms)' \
    pubsub subscriptions create all --topic alarms
expect_ok pubsub subscriptions create all --topic telemetry --ack-deadline 2
expect_ok pubsub subscriptions list
expect grep -qE '^projects/home/subscriptions/all +[^ ]+telemetry +2$' out
expect_fail 1 'not found' pubsub subscriptions pull none
expect_ok pull --json
expect test "$(cat out)" = '[]'

# A message, as section 6 has it.
sqlite3 traffic.db "INSERT INTO message (topic, at_ms, num_id, project,
    location, registry, device, subfolder, gateway, data) SELECT key,
    1700000000123, 42, 'home', 'attic', 'factory', 'sensor-1', 'alarm/fire',
    'gateway-1', x'00ff' FROM topic"
expect_ok pull --json
expect test "$(jq -c '.[0].message.attributes' out)" = \
    '{"deviceId":"sensor-1","deviceNumId":"42","deviceRegistryId":"factory","deviceRegistryLocation":"attic","gatewayId":"gateway-1","projectId":"home","subFolder":"alarm/fire"}'
expect test "$(jq -r '.[0].message.data' out)" = AP8=
expect test "$(jq -r '.[0].message.publishTime' out)" = 2023-11-14T22:13:20.123Z
expect test "$(jq -r '.[0].message.messageId' out)" = 1
ack=$(jq -r '.[0].ackId' out)
expect_ok pull --json
expect test "$(cat out)" = '[]'
sleep 2.1
expect_ok pull
expect grep -qE " $ack\$" out
expect_ok pubsub subscriptions ack all --ack-ids "$ack"
sleep 2.1
expect_ok pull --json
expect test "$(cat out)" = '[]'
expect_fail 1 'no acknowledgement id' pubsub subscriptions ack all \
    --ack-ids 77-1
# A reader that takes nothing: nothing is acknowledged.
sqlite3 traffic.db "INSERT INTO message (topic, at_ms, num_id, project,
    location, registry, device, subfolder, data) SELECT topic, at_ms, num_id,
    project, location, registry, device, '', x'41' FROM message"
expect_fail 1 'standard output' eval 'pull --auto-ack >/dev/full'
sleep 2.1
expect_ok pull --auto-ack
expect test "$(rows)" = 1

# Two pullers and a bridge, all at once.
"$writer" traffic.db projects/home/topics/telemetry 1 100 >told 2>writer.log &
pid=$!
follow=(iot-registry subscriptions pull all --project home --auto-ack --follow
    --json)
"${follow[@]}" >one &
one=$!
"${follow[@]}" >two &
two=$!
STARTED+=("$pid" "$one" "$two")
wait_until 20 test -s one -a -s two
sleep 1
kill "$pid" 2>/dev/null || true
wait "$pid" 2>/dev/null || true
all_there()
{
    test "$(cat one two | wc -l)" -ge "$(wc -l <told)"
}
wait_until 20 all_there
kill "$one" "$two"
wait "$one" "$two" 2>/dev/null || true
expect test "$(cat one two | jq -r .message.messageId | sort | uniq -d)" = ''
# The writer may have been ended between a commit and telling of it.
more=$(($(cat one two | wc -l) - $(wc -l <told)))
expect test "$more" -ge 0 -a "$more" -le 1

# And the end of it, also for who follows.
"${follow[@]}" >three 2>three.err &
three=$!
STARTED+=("$three")
has_database()
{
    ls -l "/proc/$three/fd" | grep -q traffic.db-shm
}
expect wait_until 20 has_database
expect_ok pubsub subscriptions delete all
expect_not wait "$three"
expect grep -q 'not found (resource=projects/home/subscriptions/all)' three.err
expect_fail 1 'not found' pull
expect_ok pubsub topics delete telemetry
expect_fail 1 'not found' pubsub topics delete telemetry
expect test "$(sqlite3 traffic.db 'SELECT count(*) <= 1 FROM message')" = 1
