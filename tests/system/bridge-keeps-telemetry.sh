#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a device publishes is in the topic that its registry names for the
# subfolder when it is acknowledged, or on its way there if the database is
# locked.  Where there is none, or the disk is full, the connection ends without
# an acknowledgement, and the broker goes on.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq prlimit

site_make
device_make dev-1 ec
device_make dev-2 ec
trap '' XFSZ # the broker gets an error and no signal when a file is full
bridge_start
token dev-1 >"$T/token"

# steps STEP…: dev-1 takes them.  acknowledged STEP…: and stays; refused STEP…:
# and is closed, with nothing acknowledged.
steps()
{
    expect_ok raw --id "$(path_of dev-1)" --user '' \
        --password-file "$T/token" "$@"
}
acknowledged()
{
    steps "$@" ping
    expect grep -qx PINGRESP "$T/out"
    expect_not grep -qx CLOSED "$T/out"
}
refused()
{
    steps "$@" ping
    expect grep -qx CLOSED "$T/out"
    expect_not grep -qx PUBACK "$T/out"
}

# A registry that names no topic takes no telemetry, but states.
registry_do registries create bare "${WHERE[@]}"
device_make bare-1 ec bare
token bare-1 >"$T/bare-1.token"
expect_ok raw --id "$(path_of bare-1 bare)" --user '' \
    --password-file "$T/bare-1.token" say /devices/bare-1/state on \
    publish /devices/bare-1/events 1 ping
expect test "$(grep -cx PUBACK "$T/out")" = 1
expect grep -qx CLOSED "$T/out"
expect_logged 'the registry has no topic for the subfolder \"\"'
acknowledged publish /devices/dev-1/events 1

# Two topics: one for a subfolder, one for the rest; the first that fits.
keep_in alarms alarm rest
acknowledged say /devices/dev-1/events/alarm fire \
    say /devices/dev-1/events nothing say /devices/dev-1/events/alarm/a below \
    say "/devices/$(number_of dev-1)/events/alarm" number \
    say /devices/dev-1/events quality-0 0
pulled alarms >"$T/alarms"
pulled rest >"$T/rest"
data='[.[].message.data | @base64d] | join(" ")'
expect test "$(jq -r "$data" "$T/alarms")" = 'fire number'
expect test "$(jq -r "$data" "$T/rest")" = 'nothing below quality-0'
expect test "$(jq -c '.[0].message.attributes' "$T/alarms")" = \
    "{\"deviceId\":\"dev-1\",\"deviceNumId\":\"$(number_of dev-1)\",\
\"deviceRegistryId\":\"$REGISTRY\",\"deviceRegistryLocation\":\"$REGION\",\
\"projectId\":\"$PROJECT\",\"subFolder\":\"alarm\"}"
# Live as well.
background "$T/seen" site_sub -i live -t "$EVERYTHING" -v
subscribed live
acknowledged say /devices/dev-1/events/alarm smoke
expect wait_until 10 grep -qx "$(path_of dev-1)/events/alarm smoke" "$T/seen"

# Any bytes, of the largest size.
head -c 262144 /dev/urandom >"$T/bytes"
expect_ok publish dev-2 "$(token dev-2)" -t /devices/dev-2/events -f "$T/bytes"
pulled rest | jq -r '.[0].message.data' | openssl_plain base64 -d -A >"$T/got"
expect cmp "$T/bytes" "$T/got"

# No topic that fits, and one that is no more.
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=alarms,subfolder=alarm
refused publish /devices/dev-1/events/other 1
expect_logged 'the registry has no topic for the subfolder \"other\"'
last_error()
{
    test "$(described dev-1 | jq -r .lastErrorStatus.message)" = "$1"
}
expect wait_until 10 last_error \
    'the registry has no topic for the subfolder "other"'
acknowledged publish /devices/dev-1/events/alarm 1
registry_do subscriptions delete alarms --project "$PROJECT"
registry_do topics delete alarms --project "$PROJECT"
refused publish /devices/dev-1/events/alarm 1
expect wait_until 10 last_error "there is no topic projects/$PROJECT/topics/alarms"
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=rest
acknowledged publish /devices/dev-1/events 1
pulled rest >"$T/rest"

# Somebody holds the database: the broker does not wait, and takes it all.
hold_traffic
acknowledged say /devices/dev-1/events locked say /devices/dev-1/state on
expect test "$(pulled rest 2>/dev/null)" = '[]'
stop_pid "$HOLDER"
acknowledged say /devices/dev-1/events unlocked
expect test "$(pulled rest | jq -r "$data")" = 'locked unlocked'
registry_do devices states list "${WHERE[@]}" --registry "$REGISTRY" \
    --device dev-1 --json >"$T/states"
expect test "$(jq length "$T/states")" = 1

# The disk is full: what was acknowledged is there, what was not is not.
log_mark
limit=$(($(stat -c %s "$T"/traffic.db-intake/*) + 150000))
prlimit --pid "$BROKER_PID" --fsize="$limit:unlimited"
count=0
while publish dev-1 "$(cat "$T/token")" -t /devices/dev-1/events \
    -m "$(printf "$count.%.0s" {1..15000})" >"$T/out" 2>&1; do
    count=$((count + 1))
    test "$count" -lt 9 || die 'the disk is never full'
done
expect test "$count" -ge 1
refused publish /devices/dev-1/events 1 0 100000
expect_logged 'what it published could not be kept'
expect_logged 'and devices keep them: File too large'
prlimit --pid "$BROKER_PID" --fsize=unlimited:unlimited
acknowledged say /devices/dev-1/events room
expect test "$(pulled rest | jq -r '[.[].message.data | @base64d[:1]] | join("")')" = \
    "$(seq -s '' 0 $((count - 1)))r"
bridge_stop
