#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A registry is exported, a device a line, and imported elsewhere: what comes
# out of that is the same to the byte, numbers, versions and bindings too.  A
# line that is refused takes its batch with it, and an import that was broken off
# is taken up again.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq

cd "$T"
key_make ec ec.key
ca_make ca
expect_ok registries create factory
expect_ok devices create sensor-1 --metadata floor=3,room=12 --blocked \
    --log-level debug --public-key \
    path=ec.key.pub,type=es256,expiration-time=2040-01-01T00:00:00Z
for data in off 'on!'; do
    expect_ok devices configs update --device sensor-1 --config-data "$data"
done
expect_ok devices create gateway-1 --device-type gateway \
    --auth-method association-only
expect_ok devices create sensor-2
expect_ok devices configs update --device sensor-2 --config-data ''
expect_ok devices create sensor-3 --device-type non-gateway
bind()
{
    iot-registry devices gateways bind --project home --gateway gateway-1 \
        --gateway-region attic --gateway-registry factory --device "$1"
}
expect_ok bind sensor-1
expect_ok bind sensor-3
export_all()
{
    devices export
}
expect_ok export_all
cp out first
expect test "$(wc -l <first)" = 6
IOT_REGISTRY_DATABASE=$T/second.db
expect_ok registries create factory
expect_ok devices import first
expect grep -qxF 'Imported devices [4].' err
expect_ok export_all
expect cmp out first
expect test "$(jq -r 'select(.id == "sensor-1").config.version' out)" = 3
expect_ok devices configs get-value --device sensor-1
expect test "$(cat out)" = 'on!'
devices import first 2>err && die 'imported twice'
expect grep -qF '(resource=gateway-1)' err
expect grep -qF 'line 1 of first: nothing behind line 0' err
expect_ok devices import first --resume
expect grep -qxF 'Imported devices [0].' err

# Numbers are kept, as what was kept outside may name them; in one database
# there is each but once.
expect_ok registries create copy
iot-registry devices import first "${PLACE[@]}" --registry copy 2>err &&
    die 'two devices have one number'
expect grep -qF "is another device's; --renumber gives new ones" err
expect_ok iot-registry devices import first "${PLACE[@]}" --registry copy \
    --renumber
expect_ok iot-registry devices export "${PLACE[@]}" --registry copy
expect test "$(jq -r '.id // .deviceId' out | paste -sd ' ')" = \
    'gateway-1 sensor-1 sensor-2 sensor-3 sensor-1 sensor-3'
expect test "$(jq -r '.numId | values' first out | sort -u | wc -l)" = 8
for device in sensor-1 sensor-2 sensor-3 gateway-1; do
    expect_ok iot-registry devices delete "$device" "${PLACE[@]}" \
        --registry copy
done

# A batch has 5,000: of 12,000 with a bad one in the second, 5,000 are there.
seq -f '{"id":"device-%05.0f"}' 1 12000 >many
sed '7000s/.*/{"id":"x"}/' many >broken
devices import broken 2>err && die 'imported rubbish'
expect grep -qF 'line 7000 of broken: nothing behind line 5000' err
expect test "$(ask 'SELECT count(*) FROM device')" = 5004
expect_ok devices import many --resume
expect grep -qxF 'Imported devices [7000].' err
expect test "$(ask 'SELECT count(*) FROM device')" = 12004
expect is_intact

# Killed anywhere: whole batches, and no half ones.
IOT_REGISTRY_DATABASE=$T/third.db
expect_ok registries create factory
for ((i = 0; i < 6; i++)); do
    iot-registry devices import many "${PLACE[@]}" --registry factory \
        --resume 2>/dev/null &
    pid=$!
    STARTED+=("$pid")
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    count=$(ask 'SELECT count(*) FROM device')
    expect test $((count % 5000)) = 0 -o "$count" = 12000
done
expect_ok devices import - --resume <<<''
expect_ok devices import many --resume
expect test "$(ask 'SELECT count(*) FROM device')" = 12000

# What gcloud printed of a device is taken as it is: base64 with - and _.
echo '{"id":"sensor-9","numId":"2627306490721382","blocked":false,
    "config":{"binaryData":"-_8=","version":"7",
    "cloudUpdateTime":"2023-08-15T12:00:00.123456Z"},
    "logLevel":"LOG_LEVEL_UNSPECIFIED","gatewayConfig":
    {"gatewayType":"NON_GATEWAY"},"lastStateTime":"1970-01-01T00:00:00Z"}' |
    tr -d '\n' >gcloud
expect_ok devices import gcloud
expect_ok devices configs get-value --device sensor-9
expect test "$(od -An -tx1 <out)" = ' fb ff'
expect_ok devices configs describe --device 2627306490721382 \
    --format 'value(version,cloudUpdateTime)'
expect test "$(cat out)" = $'7\t2023-08-15T12:00:00Z'
expect_ok devices delete sensor-9

# The lists of many are pages of one table.
expect_ok devices list
expect test "$(rows)" = 12000
expect_ok devices list --json
expect test "$(jq length out)" = 12000
expect_ok devices list --limit 700 --format yaml
expect test "$(grep -c '^- ' out)" = 700

# What is none: a type, base64, an id twice, a member twice, one that no device
# has; and the rules of the registry hold here too.
# refused TEXT LINE
refused()
{
    printf '%s\n' "$2" >line
    devices import line 2>err && die "imported $2"
    SHOWN=$((SHOWN + 1))
    grep -qF -- "$1" err || claim_fails "stderr lacks '$1'" devices import
}
refused 'no object of JSON' 'id: x'
refused 'no object of JSON' '{"id":"abc-1","id":"abc-2"}'
refused 'a device has no id' '{}'
refused 'numId is no number' '{"id":"abc-1","numId":"0x10"}'
refused 'numId is no number' '{"id":"abc-1","numId":"9223372036854775808"}'
refused 'logLevel is no word' '{"id":"abc-1","logLevel":"LOUD"}'
refused 'binaryData is no base64' '{"id":"abc-1","config":{"binaryData":"%"}}'
refused 'no member blokced' '{"id":"abc-1","blokced":true}'
refused 'neither true nor false' '{"id":"abc-1","blocked":"true"}'
refused 'version is no number' '{"id":"abc-1","config":{"version":"0"}}'
refused 'cloudUpdateTime is no time' \
    '{"id":"abc-1","config":{"cloudUpdateTime":"now"}}'
refused 'config is no object' '{"id":"abc-1","config":"on"}'
refused 'and no more' '{"gatewayId":"gateway-1"}'
refused 'and no more' '{"gatewayId":"a","deviceId":"b","id":"abc-1"}'
refused "doesn't exist" '{"gatewayId":"gateway-1","deviceId":"device-00001"}'
refused 'device-00002 is no gateway' \
    '{"gatewayId":"device-00002","deviceId":"device-00001"}'
refused 'at most 3 credentials' '{"id":"abc-1","credentials":[1,2,3,4]}'
refused 'a credential has no key' '{"id":"abc-1","credentials":[{}]}'
refused 'no id of a device' '{"id":"goog-1"}'
expect_ok registries credentials create --registry factory --path ca/iot-ca.crt
refused 'bare public key' "$(grep sensor-1 first | sed s/sensor-1/abc-1/)"
