#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The two calls that users of gateways over HTTP stumbled on: a device publishes
# through its gateway with its own token, and a gateway publishes for a device
# with its own.  Where something is missing the caller learns that a precondition
# failed, as it did then, and the operator learns which.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl

# event MEMBER ID: an event with this member of gateway_info.
event()
{
    printf '{"binary_data":"aGVsbG8=","gateway_info":{"%s":"%s"}}' "$1" "$2"
}

# fails WHY ARGUMENT...: as refuses, with the answer of the original and no byte
# more.
failed='{"error":{"code":400,"message":"Precondition check failed.",'\
'"status":"FAILED_PRECONDITION"}}'
fails()
{
    refuses 400 "$failed" "$@"
    expect test "$(od -An -c "$T/out")" = "$(printf %s "$failed" | od -An -c)"
}

# came DEVICE GATEWAY: the next message is the device's, by this gateway.
came()
{
    expect_ok iot-registry subscriptions pull events --project "$PROJECT" \
        --auto-ack --json
    expect grep -q "\"deviceId\": *\"$1\"" "$T/out"
    expect grep -q "\"gatewayId\": *\"$2\"" "$T/out"
    expect grep -q '"data": *"aGVsbG8="' "$T/out"
}

site_make
device_make dev-1 ec
device_make dev-2 ec
gateway_make gw-1 association-only
gateway_make gw-2 association-and-device-auth-token
gateways bind gw-1 dev-1
gateways bind gw-2 dev-1
keep_in events
http_start
device=$(token dev-1)
gateway=$(token gw-1)

# The device signs.
publishes dev-1 "$device" "$(event gateway_id gw-1)"
came dev-1 gw-1
publishes dev-1 "$device" "$(event gatewayId gw-2)"
came dev-1 gw-2
fails 'the device is not bound to the gateway: dev-2 to gw-1' \
    dev-2 "$(token dev-2)" :publishEvent -d "$(event gateway_id gw-1)"
fails 'what should be a gateway is none: dev-2' \
    dev-1 "$device" :publishEvent -d "$(event gateway_id dev-2)"
fails 'gateway and device are not in one registry: gw-9' \
    dev-1 "$device" :publishEvent -d "$(event gateway_id gw-9)"
refuses 403 PERMISSION_DENIED 'signed by no key of the device' \
    dev-1 "$gateway" :publishEvent -d "$(event gateway_id gw-1)"
device update gw-1 --blocked
fails 'the one that it names is blocked: gw-1' \
    dev-1 "$device" :publishEvent -d "$(event gateway_id gw-1)"
device update gw-1 --no-blocked

# The gateway signs.
publishes gw-1 "$gateway" "$(event delegated_device_id dev-1)"
came dev-1 gw-1
publishes gw-1 "$gateway" "$(event delegatedDeviceId "$(number_of dev-1)")"
came dev-1 gw-1
fails 'the device is not bound to the gateway: dev-2 to gw-1' \
    gw-1 "$gateway" :publishEvent -d "$(event delegated_device_id dev-2)"
fails "the gateway's method of authentication does not allow it: gw-2 needs" \
    gw-2 "$(token gw-2)" :publishEvent -d "$(event delegated_device_id dev-1)"
fails 'what should be a device is a gateway: gw-2' \
    gw-1 "$gateway" :publishEvent -d "$(event delegated_device_id gw-2)"
refuses 403 PERMISSION_DENIED 'signed by no key of the device' \
    gw-1 "$device" :publishEvent -d "$(event delegated_device_id dev-1)"
device update dev-1 --blocked
fails 'the one that it names is blocked: dev-1' \
    gw-1 "$gateway" :publishEvent -d "$(event delegated_device_id dev-1)"
device update dev-1 --no-blocked

# Unbound, neither of them may any more; bound again, both.
gateways unbind gw-1 dev-1
fails 'the device is not bound to the gateway: dev-1 to gw-1' \
    dev-1 "$device" :publishEvent -d "$(event gateway_id gw-1)"
fails 'the device is not bound to the gateway: dev-1 to gw-1' \
    gw-1 "$gateway" :publishEvent -d "$(event delegated_device_id dev-1)"
gateways bind gw-1 dev-1
publishes dev-1 "$device" "$(event gateway_id gw-1)"
publishes gw-1 "$gateway" "$(event delegated_device_id dev-1)"
http_stop
