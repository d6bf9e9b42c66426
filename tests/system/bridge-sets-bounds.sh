#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a connection may do only so long or so often: last, be silent, leave a
# config unacknowledged, attach devices.  The times are set short; a gateway's thousand is what it is.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 jq

site_make
for device in dev-1 dev-2 dev-3; do
    device_make "$device" ec
done
# One key for all: then one token attaches them all.
gateway_most=1000
jq -nc --rawfile key "$T/dev-1.pub" --argjson most "$gateway_most" 'range($most + 1) |
    {id: "thing-\(.)", credentials: [{publicKey: {format: "ES256_PEM", key: $key}}]}' \
    >"$T/things"
registry_do devices import "$T/things" "${WHERE[@]}" --registry "$REGISTRY"
registry_do devices create gw-1 "${WHERE[@]}" --registry "$REGISTRY" \
    --device-type gateway --auth-method device-auth-token-only \
    --public-key "path=$T/dev-1.pub,type=es256-pem"
token=$(token dev-1)

# stays NAME DEVICE KEEPALIVE STEP…: a connection that takes these steps and then
# waits; what it sees goes to $T/NAME.
stays()
{
    background "$T/$1" raw --id "$(path_of "$2")" --user '' --keepalive "$3" \
        --password "$(token "$2")" ${MUTE:+"$MUTE"} "${@:4}" wait 100
    expect wait_until 10 grep -qx 'CONNACK 0' "$T/$1"
}
has_lines()
{
    test "$(wc -l <"$1")" -gt "$2"
}
ends()
{
    expect wait_until 10 grep -qx CLOSED "$T/$1"
    expect_logged "closed $(path_of "$2"): $3"
}

# Silence: with no keep-alive, or one that is longer than may be, and with pings.
bridge_start 'plugin_opt_idle_seconds 2'
stays silent dev-1 0
stays slow dev-2 3600
stays pings dev-3 0 $(printf 'wait 0.4 ping %.0s' {1..6})
ends silent dev-1 'it has sent nothing for too long'
ends slow dev-2 'it has sent nothing for too long'
expect wait_until 10 has_lines "$T/pings" 6
expect_not grep -qx CLOSED "$T/pings"
bridge_stop

# Age: also of one that is busy.
bridge_start 'plugin_opt_connection_seconds 2'
stays old dev-1 60 $(printf 'wait 0.5 ping %.0s' {1..12})
ends old dev-1 'it was connected for as long as may be'
stays next dev-1 0 ping
expect_not grep -qx CLOSED "$T/next"
bridge_stop

# A config that is not acknowledged comes again, and again later; one that is
# does not.
config()
{
    grep -c '^PUBLISH /devices/.*/config ' "$T/$1"
}
came_often()
{
    test "$(config mute)" -ge 3
}
bridge_start 'plugin_opt_config_seconds 1'
MUTE=--mute stays mute dev-1 60 subscribe /devices/dev-1/config 1
stays polite dev-2 60 subscribe /devices/dev-2/config 1
expect wait_until 15 came_often
expect test "$(config polite)" = 1
bridge_stop

# As many devices as a gateway may have attached, one more, and again one when
# another has gone; one that is there may be attached anew.
bridge_start
attach="{\"authorization\":\"$token\"}"
last=thing-$gateway_most
expect_ok raw --id "$(path_of gw-1)" --user '' --password "$token" \
    subscribe /devices/gw-1/errors 0 \
    each $((gateway_most + 1)) '/devices/thing-{}/attach' "$attach" \
    say "/devices/$last/events" x say /devices/thing-0/attach "$attach" \
    say /devices/thing-0/detach '{}' say "/devices/$last/attach" "$attach" \
    say "/devices/$last/events" x ping wait 0.3
expect_not grep -qx CLOSED "$T/out"
grep '^PUBLISH /devices/gw-1/errors ' "$T/out" | sed 's/^[^{]*//' >"$T/errors"
expect test "$(jq -c '[.error_type, .device_id]' "$T/errors" | tr '\n' ' ')" = \
    "[\"GATEWAY_ATTACHMENT_ERROR\",\"$last\"] [\"GATEWAY_DEVICE_NOT_FOUND\",\"$last\"] "
expect grep -q '1000 devices are attached to the gateway' "$T/errors"
expect_logged "did not attach $last to $(path_of gw-1): 1000 devices are attached"
bridge_stop
