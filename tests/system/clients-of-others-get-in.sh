#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Devices that were written for Cloud IoT Core with paho and PyJWT, and with the
# npm package mqtt, as Debian has them, are served by the bridge with no change:
# admitted, their telemetry and state kept, config and a command delivered.
# NODE_PATH may name a folder with another version of mqtt.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3 jq
python=/usr/bin/python3 # Debian's, whatever else is in PATH
"$python" -c 'import cryptography, jwt, paho.mqtt.client' 2>"$T/err" ||
    skip 'python3-cryptography, -jwt or -paho-mqtt is not installed'
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
unset OPENSSL_MODULES

site_make
keep_in all
for client in paho node; do
    device_make "$client-ec" ec
    device_make "$client-rsa" rsa
done
bridge_start

# given DEVICE ALGORITHM [ARGUMENT...]: what either client is told, in $GIVEN.
given()
{
    GIVEN=(--port "$DEVICE_PORT" --cafile "$T/ca/root.crt" --key "$T/$1.key"
        --algorithm "$2" --project "$PROJECT" --id "$(path_of "$1")"
        --line "of $1" "${@:3}")
}
paho()
{
    given "$@"
    exec "$python" "$SOURCE_ROOT/tests/fixture/paho-device.py" "${GIVEN[@]}"
}
node()
{
    given "$@"
    exec "$(type -P node)" "$SOURCE_ROOT/tests/fixture/node-device.js" \
        "${GIVEN[@]}"
}
lines()
{
    test "$(grep -cx PUBACK "$T/$1.log")" = "$2"
}

# served CLIENT DEVICE ALGORITHM
served()
{
    local name=$2 pid
    registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --config-data "config of $name"
    ("$1" "$name" "$3") >"$T/$name.log" 2>&1 &
    pid=$!
    STARTED+=("$pid")
    expect wait_until 10 lines "$name" 2
    expect wait_until 10 grep -qx "/devices/$name/config config of $name" \
        "$T/$name.log"
    registry_do devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --command-data go
    expect wait "$pid"
    expect grep -qx "/devices/$name/commands go" "$T/$name.log"
    expect test "$(pulled all | jq -r '.[].message.data | @base64d')" = \
        "of $name"
    registry_do devices states list "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --json >"$T/states"
    expect test "$(jq -r '.[0].binaryData | @base64d' "$T/states")" = \
        "of $name"
}

# refused CLIENT DEVICE ALGORITHM [ARGUMENT...]
refused()
{
    if ("$@") >"$T/refused" 2>&1; then
        die "is not refused: $*"
    fi
    expect grep -qx 'CONNACK 5' "$T/refused"
}

# all_of CLIENT: what is shown of either.
all_of()
{
    served "$1" "$1-ec" ES256
    served "$1" "$1-rsa" RS256
    # With another's key, and with a token that has expired, it is not.
    refused "$1" "$1-ec" ES256 --id "$(path_of "$1-rsa")"
    refused "$1" "$1-ec" ES256 --lifetime -1000
}

all_of paho
if type -P node >/dev/null && "$(type -P node)" -e 'require("mqtt")' \
    2>"$T/err"; then
    all_of node
    bridge_stop
else
    bridge_stop
    skip 'node-mqtt is not installed; paho was served'
fi
