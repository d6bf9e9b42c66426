#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The last ten states of a device are kept, and go to the registry's topic for
# them; one that comes within a second of another ends the connection, and the
# device's last error says so in the original's words.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 jq

site_make
device_make dev-1 ec
bridge_start
token dev-1 >"$T/token"
state()
{
    expect_ok raw --id "$(path_of dev-1)" --user '' \
        --password-file "$T/token" "$@" ping
}
states()
{
    registry_do devices states list "${WHERE[@]}" --registry "$REGISTRY" \
        --device dev-1 --json | jq -r '[.[].binaryData | @base64d] | join(" ")'
}

# Kept, with no topic and with one; nothing of it goes where telemetry goes.
keep_in telemetry
state say /devices/dev-1/state one
expect test "$(states)" = one
registry_do topics create states --project "$PROJECT"
registry_do subscriptions create states --project "$PROJECT" --topic states
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --state-pubsub-topic states
state say /devices/dev-1/state two
expect test "$(states)" = 'two one'
pulled states >"$T/states"
expect test "$(jq -r 'map(.message.data | @base64d) | join(" ")' "$T/states")" = two
expect test "$(jq -r '.[0].message.attributes.deviceId' "$T/states")" = dev-1
expect test "$(pulled telemetry)" = '[]'
# Also when the topic is gone.
registry_do subscriptions delete states --project "$PROJECT"
registry_do topics delete states --project "$PROJECT"
state say /devices/dev-1/state three
expect test "$(states)" = 'three two one'
expect_logged 'the state of dev-1 did not get to'

# Two within a second; after a second it is well.
text="The device \"$(number_of dev-1)\" could not be updated. Device state can \
be updated only once every 1s."
state say /devices/dev-1/state four wait 1.1 say /devices/dev-1/state five
expect_not grep -qx CLOSED "$T/out"
state say /devices/dev-1/state six say /devices/dev-1/state seven
expect grep -qx CLOSED "$T/out"
expect test "$(grep -cx PUBACK "$T/out")" = 1
expect_logged "closed $(path_of dev-1): ${text//\"/\\\"}"
expect test "$(states)" = 'six five four three two one'
has_error()
{
    test "$(described dev-1 | jq -c '.lastErrorStatus | [.code, .message]')" = \
        "$(jq -cn --arg text "$text" '[8, $text]')"
}
expect wait_until 10 has_error
bridge_stop

# The operator may set another time, or none.
bridge_start 'plugin_opt_state_interval 60000'
state say /devices/dev-1/state six wait 1.1 say /devices/dev-1/state seven
expect grep -qx CLOSED "$T/out"
expect test "$(states)" = 'six six five four three two one'
expect_logged 'Device state can be updated only once every 60s.'
bridge_stop
bridge_start 'plugin_opt_state_interval 0'
steps=()
for n in 1 2 3 4 5 6 7 8 9 10 11; do
    steps+=(say /devices/dev-1/state "$n")
done
state "${steps[@]}"
expect_not grep -qx CLOSED "$T/out"
expect test "$(states)" = '11 10 9 8 7 6 5 4 3 2'
bridge_stop
