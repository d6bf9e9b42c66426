#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# To a device that comes again without "clean session" the broker says that its
# session is there, and so are its subscriptions: config and commands come as if
# it had subscribed anew, also by its number, behind a gateway, and after the
# broker has ended; what it unsubscribed from does not come, nor anything to a
# clean session.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
device_make dev-1 ec
device_make dev-2 ec
gateway_make gw-1 association-only dev-1
for device in dev-1 dev-2; do
    registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$device" --config-data "warm-$device"
done
# An account that sees everything sees nothing of it.
printf 'topic read #\n' >>"$T/site.acl"
bridge_start
background "$T/seen" site_sub -i everything -t '#' -F %t
subscribed everything
number=$(number_of dev-2)

# old DEVICE STEP…, clean DEVICE STEP…: what it sees is in $T/out.
old()
{
    expect_ok raw --id "$(path_of "$1")" --user '' --flags 0xc0 \
        --password "$(token "$1")" "${@:2}"
    expect grep -qx 'CONNACK 0' "$T/out"
}
clean()
{
    expect_ok raw --id "$(path_of "$1")" --user '' --password "$(token "$1")" \
        "${@:2}"
}
# comes NAME DEVICE [STEP…]: it comes again, takes these steps and stays, until
# something has come to it.
comes()
{
    background "$T/$1" raw --id "$(path_of "$2")" --user '' --flags 0xc0 \
        --password "$(token "$2")" "${@:3}" wait 100
    expect wait_until 10 grep -q ^PUBLISH "$T/$1"
}
order()
{
    registry_do devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$1" --command-data "$2" --subfolder a --timeout 5
}

old dev-1 subscribe /devices/dev-1/config 1 subscribe '/devices/dev-1/commands/#' 1
old dev-2 subscribe "/devices/$number/config" 1
comes one dev-1
expect grep -qxF 'PUBLISH /devices/dev-1/config warm-dev-1' "$T/one"
order dev-1 go
expect wait_until 10 grep -qxF 'PUBLISH /devices/dev-1/commands/a go' "$T/one"
comes two dev-2
expect grep -qxF "PUBLISH /devices/$number/config warm-dev-2" "$T/two"

# Not what it unsubscribed from.
filter=/devices/$number/config
old dev-2 wait 0.5 hex "a2$(printf '%02x0007%04x' $((4 + ${#filter})) \
    ${#filter})$(printf %s "$filter" | od -An -tx1 | tr -d ' \n')" wait 0.5
old dev-2 wait 1
expect_not grep -q PUBLISH "$T/out"

# Behind a gateway, once it is attached again.
old gw-1 say /devices/dev-1/attach '{}' subscribe /devices/dev-1/config 1
old gw-1 ping wait 0.5
expect_not grep -q 'dev-1/config' "$T/out"
comes gateway gw-1 say /devices/dev-1/attach '{}'
expect grep -qxF 'PUBLISH /devices/dev-1/config warm-dev-1' "$T/gateway"

# After the broker has ended.
expect_not grep -q ^/devices/ "$T/seen"
bridge_stop
bridge_start
comes again dev-1
expect grep -qxF 'PUBLISH /devices/dev-1/config warm-dev-1' "$T/again"
order dev-1 on
expect wait_until 10 grep -qxF 'PUBLISH /devices/dev-1/commands/a on' "$T/again"

# A clean session ends it all.
clean dev-1 wait 1
expect_not grep -q PUBLISH "$T/out"
old dev-1 wait 1
expect_not grep -q PUBLISH "$T/out"
bridge_stop
