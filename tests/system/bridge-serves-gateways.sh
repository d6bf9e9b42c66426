#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A gateway attaches devices by each of the three methods, speaks for them until
# they are detached, and is told on its errors topic what cannot be; it stays
# connected, and no other device is ever spoken for.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 jq

site_make
keep_in telemetry
gateway_make gw-bound association-only
gateway_make gw-token device-auth-token-only
gateway_make gw-both association-and-device-auth-token
for device in dev-1 dev-2; do
    device_make "$device" ec
done
device_make rsa-1 rsa
device_with mute-1 "$REGISTRY" # has no key, and needs none
gateways bind gw-bound dev-1
gateways bind gw-bound mute-1
gateways bind gw-both dev-1
bridge_start 'plugin_opt_skew 2'

# as GATEWAY STEP…: what the bridge answers, in $T/out.
as()
{
    expect_ok raw --id "$(path_of "$1")" --user '' --password "$(token "$1")" \
        subscribe "/devices/$1/errors" 0 "${@:2}" ping wait 0.3
    expect_not grep -qx CLOSED "$T/out"
}
# told GATEWAY TYPE DEVICE [TEXT]: it is told so, in JSON.
told()
{
    sed -n "s|^PUBLISH /devices/$1/errors ||p" "$T/out" >"$T/errors"
    SHOWN=$((SHOWN + 1))
    jq -se --arg type "$2" --arg device "$3" --arg text "${4:-}" \
        'any(.error_type == $type and .device_id == $device and
         (.description | contains($text)))' "$T/errors" >/dev/null ||
        { cat "$T/out" >&2 && die "not told $2 $3 $4"; }
}
untroubled()
{
    expect_not grep -q /errors "$T/out"
}
refused()
{
    told "$1" GATEWAY_ATTACHMENT_ERROR "$2" "$3"
}
token dev-1 >"$T/dev-1.token"
with_token="{\"authorization\":\"$(cat "$T/dev-1.token")\"}"

# The three methods, and what clients send: nothing, {}, an empty token, what is
# no JSON.
for payload in '' '{}' '{"authorization" : ""}' "$with_token"; do
    as gw-bound say /devices/dev-1/attach "$payload" \
        say /devices/dev-1/events "bound $payload"
    untroubled
done
as gw-bound say /devices/mute-1/attach '{}' say /devices/mute-1/events mute
untroubled
as gw-bound say /devices/dev-2/attach '{}'
refused gw-bound dev-2 'DeviceId dev-2 is not associated with Gateway gw-bound'
as gw-token say /devices/dev-1/attach "$with_token" \
    say /devices/dev-1/events token
untroubled
as gw-token say /devices/dev-1/attach \
    "{ 'authorization' : $(cat "$T/dev-1.token") }"
untroubled
as gw-token say /devices/dev-1/attach '{}'
refused gw-token dev-1 'there is no password, which must be a token'
as gw-token say /devices/dev-2/attach "$with_token"
refused gw-token dev-2 'the token is signed by no key of the device'
as gw-both say /devices/dev-1/attach "$with_token" say /devices/dev-1/events both
untroubled
as gw-both say /devices/dev-1/attach '{}'
refused gw-both dev-1 'there is no password, which must be a token'
as gw-both say /devices/dev-2/attach \
    "{\"authorization\":\"$(token dev-2)\"}"
refused gw-both dev-2 'is not associated with Gateway gw-both'
as gw-token say /devices/nobody/attach "$with_token"
refused gw-token nobody 'there is no such device'
as gw-token say /devices/gw-both/attach \
    "{\"authorization\":\"$(token gw-both)\"}"
refused gw-token gw-both 'is a gateway'
device update dev-1 --blocked
as gw-bound say /devices/dev-1/attach '{}'
refused gw-bound dev-1 'the device is blocked'
device update dev-1 --no-blocked

# What came to be kept, and as whose.
pulled telemetry | jq -r '.[].message | "\(.attributes.deviceId) \(
    .attributes.gatewayId) \(.data | @base64d)"' | sed 's/ {.*//; s/ $//' >"$T/kept"
expect diff - "$T/kept" <<'END'
dev-1 gw-bound bound
dev-1 gw-bound bound
dev-1 gw-bound bound
dev-1 gw-bound bound
mute-1 gw-bound mute
dev-1 gw-token token
dev-1 gw-both both
END
last_gateway()
{
    test "$(described dev-1 | jq -r .gatewayConfig.lastAccessedGatewayId)" = gw-both
}
expect wait_until 10 last_gateway

# For a device that is not attached: told, and nothing comes of it; also after it
# was detached, and after the gateway has come again.
not_attached="The specified device with ID 'dev-1' is not attached to the gateway."
as gw-bound say /devices/dev-1/events stray say /devices/dev-1/state stray
told gw-bound GATEWAY_DEVICE_NOT_FOUND dev-1 "$not_attached"
expect test "$(jq -c .mqtt_message_info "$T/errors" | tr '\n' ' ')" = \
    "$(printf '{"message_type":"PUBLISH","topic":"/devices/dev-1/%s","packet_id":%d} ' \
        events 2 state 3)"
as gw-bound say /devices/dev-1/attach '' say /devices/dev-1/detach '{}' \
    say /devices/dev-1/events stray
told gw-bound GATEWAY_DEVICE_NOT_FOUND dev-1 "$not_attached"
as gw-bound subscribe /devices/dev-1/config 1
told gw-bound GATEWAY_DEVICE_NOT_FOUND dev-1 "$not_attached"
expect grep -qx 'SUBACK 128' "$T/out"
expect test "$(jq -r .mqtt_message_info.message_type "$T/errors")" = SUBSCRIBE
expect test "$(pulled telemetry)" = '[]'
# Who is no gateway attaches nobody.
expect_ok raw --id "$(path_of dev-1)" --user '' \
    --password-file "$T/dev-1.token" say /devices/dev-2/attach '{}' ping
expect grep -qx CLOSED "$T/out"

# Two states at once: the device is detached, the gateway stays.
as gw-bound say /devices/dev-1/attach '' say /devices/dev-1/state one \
    say /devices/dev-1/state two say /devices/dev-1/state three
told gw-bound GATEWAY_DETACHMENT_DEVICE_ERROR dev-1 \
    'Device detached because of a device error.'
told gw-bound GATEWAY_DEVICE_NOT_FOUND dev-1 "$not_attached"

# Config and commands reach the gateway, for it and for its devices.
background "$T/gw" raw --id "$(path_of gw-bound)" --user '' \
    --password "$(token gw-bound)" subscribe /devices/gw-bound/errors 0 \
    subscribe /devices/gw-bound/config 1 say /devices/dev-1/attach '' \
    subscribe /devices/dev-1/config 1 subscribe '/devices/dev-1/commands/#' 0 \
    say /devices/mute-1/attach '' wait 100
gets()
{
    wait_until 10 grep -qF "PUBLISH $1" "$T/gw"
}
expect gets '/devices/gw-bound/config '
expect gets '/devices/dev-1/config '
registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
    --device dev-1 --config-data warm
expect gets '/devices/dev-1/config warm'
acked()
{
    described dev-1 | jq -e .lastConfigAckTime >/dev/null
}
expect wait_until 10 acked
registry_do devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
    --device dev-1 --command-data start --timeout 5
expect gets '/devices/dev-1/commands start'
# Unbound or blocked, it is detached within a moment.
gateways unbind gw-bound dev-1
# detached DEVICE [GATEWAY]
detached()
{
    grep "/devices/${2:-gw-bound}/errors" "$T/gw" | grep -F "\"$1\"" |
        grep -q GATEWAY_DETACHMENT_DEVICE_ERROR
}
expect wait_until 10 detached dev-1
expect_logged "detached dev-1 from $(path_of gw-bound): the device is not bound"
expect_not detached mute-1
device update mute-1 --blocked
expect wait_until 10 detached mute-1
expect_not grep -qx CLOSED "$T/gw"

# So it is when it is deleted, and when its token has expired, and then the skew.
attach()
{
    echo "{\"authorization\":\"$1\"}"
}
background "$T/gw" raw --id "$(path_of gw-token)" --user '' \
    --password "$(token gw-token)" subscribe /devices/gw-token/errors 0 \
    say /devices/dev-2/attach "$(attach "$(token dev-2)")" say /devices/rsa-1/attach \
    "$(attach "$(token_of rsa-1 "$(claims -10 1)")")" wait 100
expect_logged "attached rsa-1 to $(path_of gw-token)"
expect_logged "detached rsa-1 from $(path_of gw-token): its token has expired"
device delete dev-2
expect_logged "detached dev-2 from $(path_of gw-token): there is no such device"
expect wait_until 10 detached rsa-1 gw-token
expect wait_until 10 detached dev-2 gw-token
expect_not grep -qx CLOSED "$T/gw"
bridge_stop
