#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device that was written for Cloud IoT Core with paho and PyJWT, as Debian
# has them, is served by the bridge with no change: admitted, its telemetry and
# state kept, config and a command delivered.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3 jq
python=/usr/bin/python3 # Debian's, whatever else is in PATH
"$python" -c 'import cryptography, jwt, paho.mqtt.client' 2>"$T/err" ||
    skip 'python3-cryptography, -jwt or -paho-mqtt is not installed'
unset OPENSSL_MODULES

site_make
keep_in all
device_make dev-ec ec
device_make dev-rsa rsa
bridge_start

# paho DEVICE ALGORITHM [ARGUMENT...]
paho()
{
    "$python" "$SOURCE_ROOT/tests/fixture/paho-device.py" --port "$DEVICE_PORT" \
        --cafile "$T/ca/root.crt" --key "$T/$1.key" --algorithm "$2" \
        --project "$PROJECT" --id "$(path_of "$1")" --line "of $1" "${@:3}"
}
lines()
{
    test "$(grep -cx PUBACK "$T/$1.log")" = "$2"
}

for device in dev-ec:ES256 dev-rsa:RS256; do
    name=${device%:*}
    registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --config-data "config of $name"
    paho "$name" "${device#*:}" >"$T/$name.log" 2>&1 &
    client=$!
    STARTED+=("$client")
    expect wait_until 10 lines "$name" 2
    expect wait_until 10 grep -qx "/devices/$name/config config of $name" \
        "$T/$name.log"
    registry_do devices commands send "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --command-data go
    expect wait "$client"
    expect grep -qx "/devices/$name/commands go" "$T/$name.log"
    expect test "$(pulled all | jq -r '.[].message.data | @base64d')" = \
        "of $name"
    registry_do devices states list "${WHERE[@]}" --registry "$REGISTRY" \
        --device "$name" --json >"$T/states"
    expect test "$(jq -r '.[0].binaryData | @base64d' "$T/states")" = \
        "of $name"
done

# With another's key, and with a token that has expired, it is not.
refused()
{
    expect_not paho "$@" >"$T/refused" 2>&1
    expect grep -qx 'CONNACK 5' "$T/refused"
}
refused dev-ec ES256 --id "$(path_of dev-rsa)"
refused dev-ec ES256 --lifetime -1000
bridge_stop
