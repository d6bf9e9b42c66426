#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A command that the broker had no room for is never said to have arrived, and
# the one after it is; nor are they confused on a session that the broker has
# from before.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3

site_make
device_make dev-1 ec
# One command is under way to a device, one more waits, the third is lost.
bridge_start 'max_inflight_messages 1' 'max_queued_messages 1'

# sends NAME: the command of this name; what its sender hears goes to $T/NAME.
sends()
{
    background "$T/$1" iot-registry devices commands send "${WHERE[@]}" \
        --registry "$REGISTRY" --device dev-1 --command-data "$1" --timeout 3
    declare -g "SENDER_$1=$STARTED_PID"
    expect wait_until 10 taken "$1"
}
taken()
{
    test -n "$(sqlite3 "$T/traffic.db" "SELECT 1 FROM command
        WHERE is_taken AND data = CAST('$1' AS BLOB)")"
}
# ends NAME STATUS: so it ended for its sender.
ends()
{
    local pid=SENDER_$1 status=0
    wait "${!pid}" || status=$?
    expect test "$status" = "$2"
}
# arrives NAME: it is at the device; which acknowledges it when it may.
arrives()
{
    expect wait_until 10 grep -q "commands $1\$" "$T/device"
    touch "$T/$1.may-be-acknowledged"
}

as=(raw --id "$(path_of dev-1)" --user '' --password "$(token dev-1)")
background "$T/device" "${as[@]}" --mute \
    subscribe '/devices/dev-1/commands/#' 1 \
    until "$T/one.may-be-acknowledged" hex 40020001 \
    until "$T/two.may-be-acknowledged" hex 40020002 \
    until "$T/four.may-be-acknowledged" hex 40020004 wait 100
device=$STARTED_PID
expect wait_until 10 grep -q SUBACK "$T/device"
for name in one two three; do
    sends "$name"
done
arrives one
ends one 0
arrives two
ends two 0
sends four
arrives four
ends four 0
ends three 1
expect grep -q 'did not acknowledge' "$T/three"
expect_not grep -q 'commands three$' "$T/device"
stop_pid "$device"

# The broker counts on, from a config that was the first.
expect_ok "${as[@]}" --flags 0xc0 subscribe /devices/dev-1/config 1 wait 0.3
background "$T/again" "${as[@]}" --flags 0xc0 \
    subscribe '/devices/dev-1/commands/#' 1 wait 100
expect wait_until 10 grep -q SUBACK "$T/again"
sends five
ends five 0
expect grep -q 'commands five$' "$T/again"
bridge_stop
