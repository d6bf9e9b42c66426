#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Configurations, states, commands, gateways and the rest of the credentials'
# verbs, as users of "gcloud iot" know them.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq

cd "$T"
traffic=$T/traffic.db

# tell SQL: what a bridge would write.
tell()
{
    sqlite3 -cmd '.timeout 5000' "$traffic" "$1"
}

expect_ok registries create factory
expect_ok devices create sensor-1
expect_ok devices describe sensor-1 --json
number=$(jq -r .numId "$T/out")
expect test "$(jq -r .config.version "$T/out")" = 1
expect test "$(jq -r .config.binaryData "$T/out")" = ''

# Configurations.
configs()
{
    devices configs "$@" --device sensor-1
}
expect_ok configs update --config-data on
expect grep -qxF 'Updated configuration for device [sensor-1].' "$T/err"
printf 'a\0b\377' >bytes
expect_ok configs update --config-file bytes --version-to-update 2
expect_fail 1 'has the version 3, not 2' configs update --config-data x \
    --version-to-update 2
expect_fail 2 'one of --config-data and --config-file' configs update
expect_fail 1 "doesn't exist" devices configs update --config-data x \
    --device sensor-2
head -c 65537 /dev/zero >large
expect_fail 1 '65536 bytes' configs update --config-file large
expect_ok configs get-value
expect cmp -s bytes out
expect_ok configs list
expect grep -qE '^VERSION  CLOUD_UPDATE_TIME     DEVICE_ACK_TIME$' out
expect test "$(rows)" = 3
expect_ok configs list --limit 1 --json
expect test "$(jq -r '.[0].binaryData' out)" = "$(base64 bytes)"
expect_ok configs describe
expect grep -qx "version: '3'" out
expect_not grep -q deviceAckTime out

# What a bridge wrote; there is nothing until it did.
expect_ok devices states list --device sensor-1
expect test "$(cat out)" = UPDATE_TIME
expect_ok iot-registry topics create telemetry --project home
tell "INSERT INTO ack VALUES ($number, 2, 1700000000);
    INSERT INTO state (num_id, at_ms, data) VALUES ($number, 1700000000123,
    x'00ff'), ($number, 1700000001000, x'7761726d');
    INSERT INTO device (num_id, event, error_at, error_code, error_text,
    connected_since) VALUES ($number, 1700000002, 1700000003, 8, 'too fast',
    1700000004)"
expect_ok configs list
expect grep -qE '^2 .* 2023-11-14T22:13:20Z$' out
expect_ok devices states list --device sensor-1
expect test "$(tail -1 out)" = 2023-11-14T22:13:20.123Z
expect_ok devices states list --device sensor-1 --json
expect test "$(jq -r '.[0].binaryData' out)" = "$(printf warm | base64)"
expect_ok devices describe sensor-1 --json
expect test "$(jq -r .lastErrorStatus.message out)" = 'too fast'
expect test "$(jq -r .lastEventTime out)" = 2023-11-14T22:13:22Z
expect test "$(jq -r .state.binaryData out)" = "$(printf warm | base64)"
expect_ok devices list --connected
expect grep -qE ' CONNECTED_SINCE$' out
expect grep -qE '^sensor-1 .* 2023-11-14T22:13:24Z$' out
expect_ok devices list
expect_not grep -q CONNECTED out

# Commands: no bridge, one that finds nobody, one that delivers.
send()
{
    devices commands send --device sensor-1 --command-data open "$@"
}
# answer OUTCOME: as the bridge does with the next command.
answer()
{
    wait_until 10 test -n "$(tell 'SELECT 1')"
    until test "$(tell "UPDATE command SET is_taken = 1, outcome = $1
        WHERE is_taken = 0; SELECT changes()")" = 1; do
        sleep 0.02
    done
}
expect_fail 1 'nobody answered' send --timeout 1
expect_fail 2 'no + or #' send --subfolder 'a/#'
tell 'UPDATE command SET is_taken = 1'
answer 2 &
STARTED+=($!)
expect_fail 1 'is not subscribed to the commands topic' send
answer 1 &
STARTED+=($!)
expect_ok send --subfolder door/left
expect test "$(tell 'SELECT subfolder, data FROM command
    ORDER BY key DESC LIMIT 1')" = 'door/left|open'

# Gateways.
gateways()
{
    iot-registry devices gateways "$@" --project home --gateway gateway-1 \
        --gateway-region attic --gateway-registry factory --device sensor-1 \
        --device-region attic --device-registry factory
}
bound()
{
    devices gateways list-bound-devices --gateway gateway-1
}
expect_ok devices create gateway-1 --device-type gateway \
    --auth-method association-only
expect_ok gateways bind
expect_ok bound
expect test "$(rows)" = 1
expect grep -q '^sensor-1 ' out
expect_fail 1 'it has associated devices' devices delete gateway-1
expect_ok gateways unbind
expect_fail 1 'is not associated with Gateway' gateways unbind
expect_ok bound
expect test "$(rows)" = 0
expect_ok devices list --gateway-type gateway
expect test "$(rows)" = 1
expect_ok devices list --device-ids sensor-1,nobody --json
expect test "$(jq length out)" = 1
expect_ok devices list --device-num-ids "$number"
expect test "$(rows)" = 1
expect_ok devices list --device-ids nobody --format yaml
expect test "$(cat out)" = '[]'

# Credentials.
key_make ec ec.key
credentials()
{
    devices credentials "$@" --device sensor-1
}
expect_ok credentials create --path ec.key.pub --type es256
expect_ok credentials update 0 --expiration-time 2040-01-01T00:00:00Z
expect_ok credentials list
expect grep -q '2040-01-01T00:00:00Z$' out
expect_fail 1 'index 1' credentials update 1 \
    --expiration-time 2040-01-01T00:00:00Z
expect_ok credentials clear
expect_ok credentials list
expect test "$(rows)" = 0
ca_make ca
expect_ok registries credentials create --registry factory \
    --path ca/iot-ca.crt
expect_ok registries credentials clear --registry factory
expect_ok registries credentials list --registry factory
expect test "$(rows)" = 0

# What the bridges knew goes with the device.
expect_ok devices delete sensor-1
expect test "$(tell "SELECT count(*) FROM state")" = 0
