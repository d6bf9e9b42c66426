#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device gets its config when it subscribes to it and whenever it is changed,
# and commands while it is there; whoever sends one to a device that is not is
# told so.  No other device gets any of it.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 jq

site_make
device_make dev-1 ec
device_make dev-2 ec
bridge_start

config()
{
    registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" --config-data "$2"
}
command()
{
    iot-registry devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" --command-data "$2" --timeout "${WAIT:-5}" "${@:3}"
}
# listens NAME DEVICE STEP…: what it gets goes to $T/NAME.
listens()
{
    background "$T/$1" raw --id "$(path_of "$2")" --user '' \
        --password "$(token "${DEVICE:-$2}")" ${MUTE:+"$MUTE"} "${@:3}" wait 100
    expect wait_until 10 grep -q SUBACK "$T/$1"
}
got()
{
    wait_until 10 grep -qxF "PUBLISH $2" "$T/$1"
}

# At once, also when there is none, and then at each change.
listens one dev-1 subscribe /devices/dev-1/config 1 \
    subscribe '/devices/dev-1/commands/#' 1
expect got one '/devices/dev-1/config '
listens two dev-2 subscribe /devices/dev-2/config 0
expect got two '/devices/dev-2/config '
config dev-1 first
expect got one '/devices/dev-1/config first'
config dev-1 second
expect got one '/devices/dev-1/config second'
config dev-2 other
expect got two '/devices/dev-2/config other'
expect_not grep -q 'first\|second' "$T/two"
expect_not grep -q other "$T/one"
sent()
{
    device describe dev-1 --json | jq -e .lastConfigSendTime
}
expect wait_until 10 sent

# Commands, below any subfolder.
expect_ok command dev-1 start
expect got one '/devices/dev-1/commands start'
expect_ok command dev-1 stop --subfolder a/b
expect got one '/devices/dev-1/commands/a/b stop'
# To one that is connected and has not subscribed; to one that is not there.
expect_fail 1 'is not subscribed to the commands topic' command dev-2 start
device_make dev-3 ec
expect_fail 1 'is not subscribed to the commands topic' command dev-3 start

# acked DEVICE VERSION: DEVICE_ACK_TIME of that version is there.
acked()
{
    registry_do devices configs list "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" | grep -Eq "^$2 +[^ ]+ +[0-9]"
}
# What it acknowledges is written down, what it does not is not: dev-2 asked for
# quality of service 0.
expect wait_until 10 acked dev-1 3
expect acked dev-1 1
expect test "$(described dev-1 | jq -r '.lastConfigAckTime != null')" = true
expect_not acked dev-2 2
# Its first config, which is its second version, came once as the others did.
expect test "$(grep -c '^PUBLISH /devices/dev-1/config ' "$T/one")" = 3

# Who acknowledges nothing gets the newest config after the first, and none of
# those between; commands to it are not said to have arrived.
device_make dumb-1 ec
config dumb-1 first
MUTE=--mute listens mute dumb-1 subscribe /devices/dumb-1/config 1 \
    subscribe '/devices/dumb-1/commands/#' 1
expect got mute '/devices/dumb-1/config first'
config dumb-1 second
config dumb-1 third
WAIT=1 expect_fail 1 'did not acknowledge' command dumb-1 start
expect got mute '/devices/dumb-1/commands start'
expect wait_until 20 grep -q third "$T/mute"
expect_not grep -q second "$T/mute"
expect_not acked dumb-1 2
# When it comes again, it gets it again.
listens mute-again dumb-1 subscribe /devices/dumb-1/config 1
expect wait_until 10 acked dumb-1 4

# By the number, one subfolder, and not after it has unsubscribed (packet 162).
number=$(number_of dev-1)
DEVICE=dev-1 listens three "$number" subscribe "/devices/$number/config" 1 \
    subscribe "/devices/$number/commands/a" 0
expect got three "/devices/$number/config second"
expect_ok command dev-1 go --subfolder a
expect got three "/devices/$number/commands/a go"
expect_fail 1 'is not subscribed' command dev-1 go --subfolder b
expect_fail 1 'is not subscribed' command dev-1 go
filter=/devices/dev-1/config
listens four dev-1 subscribe $filter 1 hex \
    "a2$(printf '%02x' $((4 + ${#filter})))0007$(printf '%04x' ${#filter})\
$(printf %s $filter | od -An -tx1 | tr -d ' \n')" wait 1 subscribe \
    /devices/dev-1/commands 1
expect wait_until 10 grep -q 'packet 11' "$T/four"
subscribed_twice()
{
    test "$(grep -c SUBACK "$T/four")" = 2
}
expect wait_until 10 subscribed_twice
config dev-1 third
expect_ok command dev-1 after
expect got four '/devices/dev-1/commands after'
expect_not grep -q third "$T/four"

# A command that is under way when the broker goes.
MUTE=--mute listens last dumb-1 subscribe '/devices/dumb-1/commands/#' 1
background "$T/sender" command dumb-1 late
expect got last '/devices/dumb-1/commands late'
bridge_stop
status=0
wait "$STARTED_PID" || status=$?
expect test "$status" = 1
expect grep -q 'did not acknowledge' "$T/sender"
