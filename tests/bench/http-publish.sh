#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# publishEvent a second on kept-alive connections: 100 bytes each, TLS 1.3 with
# an ECDSA server key, the token verified and the message committed every time.
# The load runs on the same machine.  A device may make 6000 calls a minute, all
# at once if it likes, so each row is another device.
#
#     tests/bench/http-publish.sh [REQUESTS]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
load=$BUILD_ROOT/tests/bench/http-load
test -x "$load" || skip 'tests/bench/http-load is not built'
need mosquitto_passwd
requests=${1:-2000}

site_make
key_make ec ec
key_make rsa rsa
registry_do topics create events --project "$PROJECT"
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=events
body="{\"binary_data\":\"$(head -c 100 /dev/zero | openssl_plain base64 -A)\"}"

# row TITLE KEY CONNECTIONS REQUESTS: a line of the table.
row()
{
    local figures device
    DEVICES=$((${DEVICES:-0} + 1))
    device=dev-$DEVICES
    cp "$T/$2.key" "$T/$device.key" && cp "$T/$2.pub" "$T/$device.pub"
    device_make "$device" "$2"
    figures=$("$load" "$(url_of "$device" :publishEvent)" "$T/ca/root.crt" \
        "$(token "$device")" "$body" "$3" "$4") || die "fails: $1"
    # shellcheck disable=SC2086
    printf '%-34s %12s %10s %10s\n' "$1" $figures
    expect test -n "$figures"
}

printf '%-34s %12s %10s %10s\n' "publishEvent, 100 bytes" 'calls/s' \
    'median ms' '99 % ms'
http_start
row 'ES256, 1 connection' ec 1 $((requests / 2))
row 'ES256, 8 connections' ec 8 "$requests"
row 'ES256, 64 connections' ec 64 "$requests"
row 'RS256, 8 connections' rsa 8 "$requests"
http_stop
http_start --durability power
row 'ES256, 8 connections, power' ec 8 $((requests / 4))
http_stop
