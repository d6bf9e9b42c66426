#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# That a device pings is known, and that it took its leave, broke off or fell
# silent; a log that tells of no packets costs this and nothing else; and what
# people read of the log is the same.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq

site_make
for n in 1 2 3; do
    device_make "dev-$n" ec
done
path=$(path_of dev-1)

# as OPTION… -- STEP…: dev-1 takes these steps.
as()
{
    local options=()
    while test "$1" != --; do
        options+=("$1")
        shift
    done
    expect_ok raw --id "$path" --user '' --password "$(token dev-1)" \
        "${options[@]}" "${@:2}"
    expect grep -qx 'CONNACK 0' "$T/out"
}
has_pinged()
{
    described dev-1 | jq -e .lastHeartbeatTime >/dev/null
}
ended()
{
    wait_until 10 last_is "$1"
}
last_is()
{
    test "$(sqlite3 "$T/traffic.db" "SELECT text FROM event
        WHERE kind = 'DISCONNECT' ORDER BY key DESC LIMIT 1")" = "$1"
}

bridge_start
as -- wait 0.1
expect ended 'The connection broke.'
expect_not has_pinged
as -- ping
expect wait_until 10 has_pinged
as -- hex e000 wait 1
expect ended 'The connection was closed by client.'
as --keepalive 1 -- wait 15
expect grep -qx CLOSED "$T/out"
expect ended 'The client was silent for longer than its keep-alive allows.'

# No line of a packet gets to people, and all others have a time.
expect_logged "admitted $path"
expect_not grep -E 'PINGREQ|CONNACK|PUBACK|^[0-9]{10}: iot' "$BROKER_LOG"
expect grep -Eq "^20[0-9-]{8}T[0-9:]{8}: level=info event=admitted msg=\"admitted $path" "$BROKER_LOG"
# Nor after a signal.
log_mark
kill -HUP "$BROKER_PID"
expect_logged 'Reloading config'
as -- hex e000 wait 1
expect ended 'The connection was closed by client.'
expect_not grep -E 'CONNACK|DISCONNECT' "$BROKER_LOG"
bridge_stop

# To the journal, which systemd names to whom it starts, a line has its level and
# no time.
JOURNAL_STREAM=$(stat -c %d:%i "$BROKER_LOG") bridge_start
expect_ok raw --id "$(path_of nobody)" --user '' --password none
expect_logged "<4>level=warning event=refused msg=\"refused $(path_of nobody)"
expect grep -q '^<6>level=info event=broker msg="mosquitto version 2.0.11 running"' "$BROKER_LOG"
bridge_stop

# A log without packets, and an ear that is not open.
config()
{
    registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" --config-data "$2"
}
# serves DEVICE: each config and command gets there, and nobody waits.
serves()
{
    background "$T/$1" raw --id "$(path_of "$1")" --user '' --mute \
        --password "$(token "$1")" subscribe "/devices/$1/config" 1 \
        subscribe "/devices/$1/commands/#" 1 wait 100
    expect wait_until 10 grep -qx "PUBLISH /devices/$1/config " "$T/$1"
    config "$1" first
    expect wait_until 10 grep -qx "PUBLISH /devices/$1/config first" "$T/$1"
    config "$1" second
    expect wait_until 10 grep -qx "PUBLISH /devices/$1/config second" "$T/$1"
    registry_do devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" --command-data go --timeout 5
}
bridge_start "${DEAF[@]::${#DEAF[@]}-1}" # listens to a log without
serves dev-2
as -- hex e000 wait 1
expect ended 'The connection broke or was closed by client.'
bridge_stop
bridge_start 'plugin_opt_acknowledgements off'
serves dev-3
expect grep -q 'Sending CONNACK to' "$BROKER_LOG"
bridge_stop
