#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With plugin_opt_durability power each message is on the disk before it is
# acknowledged; without it the broker's thread waits for the disk hardly ever.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 strace

site_make
keep_in all
device_make dev-1 ec
token dev-1 >"$T/token"
messages=20

# publish_some: dev-1 publishes them and a state, and each is acknowledged; what
# the broker's thread asks of the disk meanwhile is in $T/calls.
publish_some()
{
    local steps=() i
    rm -f "$T/calls"
    # Without -f: of this thread alone.
    background "$T/strace" strace -qq -o "$T/calls" \
        -e trace=fsync,fdatasync -p "$BROKER_PID"
    expect wait_until 10 grep -q '^TracerPid:[^0]*[1-9]' \
        "/proc/$BROKER_PID/status"
    for ((i = 0; i < messages; i++)); do
        steps+=(publish /devices/dev-1/events 1)
    done
    expect_ok raw --id "$(path_of dev-1)" --user '' \
        --password-file "$T/token" "${steps[@]}" say /devices/dev-1/state on
    expect test "$(grep -cx PUBACK "$T/out")" = $((messages + 1))
    stop_pid "$STARTED_PID"
}
syncs()
{
    grep -cE '^f(data)?sync\(.*= 0$' "$T/calls" || true
}

bridge_start
publish_some
# At most for the head of the database's log, in which it writes notes.
expect test "$(syncs)" -le 2
bridge_stop
bridge_start 'plugin_opt_durability power'
publish_some
# And of the file that they are in.
expect test "$(syncs)" -gt $((messages + 1))
bridge_stop
expect test "$(pulled all | grep -c '"ackId"')" = $((messages * 2))
