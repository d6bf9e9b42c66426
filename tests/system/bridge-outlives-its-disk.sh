#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk that messages are kept on is full, or may only be read: devices get
# no acknowledgement, the log says why, the broker runs on and admits who comes.
# When that is mended it goes on by itself, and every message that was
# acknowledged is there, once: those that were in the database, and those that
# did not get so far.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq
disk_make "$T/disk" 2m || skip 'no disk of our own can be mounted'
traffic=$T/disk/traffic.db

site_make
registry_do topics create taken --project "$PROJECT" --traffic "$traffic"
registry_do subscriptions create all --project "$PROJECT" --topic taken \
    --ack-deadline 1 --traffic "$traffic"
device_make dev-1 ec
token dev-1 >"$T/token"
bridge_start "plugin_opt_traffic $traffic"

# says BYTES [TIMES]: dev-1 publishes that many bytes, so often; TAKEN counts
# the acknowledgements.  True when it got all.
TAKEN=0
says()
{
    local steps=() times=${2:-1} i count
    for ((i = 0; i < times; i++)); do
        steps+=(publish /devices/dev-1/events 1 0 "$1")
    done
    expect_ok raw --id "$(path_of dev-1)" --user '' \
        --password-file "$T/token" "${steps[@]}" ping
    expect grep -qx 'CONNACK 0' "$T/out"
    count=$(grep -cx PUBACK "$T/out") || true
    TAKEN=$((TAKEN + count))
    test "$count" = "$times"
}

expect_not says 100000 30
expect test "$TAKEN" -gt 5
expect_logged 'and devices keep them: No space left on device'
expect_logged 'what it published could not be kept'
expect_not says 100000
expect is_running "$BROKER_PID"
# Whoever would take them out now is told, or gets them, and they come again:
# what SQLite has of the disk already may be room enough for that.
iot-registry subscriptions pull all --project "$PROJECT" --traffic "$traffic" \
    --limit 1000 --json >"$T/pulled" 2>"$T/err" ||
    expect grep -qF "traffic $traffic: the disk is full; nothing was changed" \
        "$T/err"

disk_grow "$T/disk" 64m
expect wait_until 20 says 100000 5
bridge_stop

mount -o remount,ro "$T/disk"
bridge_start "plugin_opt_traffic $traffic"
expect_not says 100000
expect_logged "traffic $traffic: it may only be read"
expect is_running "$BROKER_PID"
mount -o remount,rw "$T/disk"
expect wait_until 20 says 100000 5
has_all()
{
    test "$(sqlite3 -readonly "$traffic" 'SELECT count(*) FROM message')" = "$TAKEN"
}
expect wait_until 10 has_all
bridge_stop
registry_do subscriptions pull all --project "$PROJECT" --traffic "$traffic" \
    --auto-ack --limit 1000 --json >"$T/pulled"
expect test "$(jq length "$T/pulled")" = "$TAKEN"
expect test "$(jq -r '.[].message.data' "$T/pulled" | sort -u | wc -l)" = 1
expect test "$(jq -r '.[0].message.data | @base64d | length' "$T/pulled")" = 100000
expect test "$(sqlite3 "$traffic" 'PRAGMA integrity_check')" = ok
