#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lists are filtered, sorted, cut and reduced to some members as with gcloud,
# and every verb answers in JSON if that is wanted.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need jq

cd "$T"
# json CMD...: it does it, and prints one value of JSON.
json()
{
    expect_ok "$@" --format=json
    expect jq -e . out >/dev/null
}
# is TEXT: the last result, its lines joined by blanks.
is()
{
    expect test "$(paste -sd ' ' out)" = "$1"
}

pubsub()
{
    iot-registry "$@" --project home
}
gateways()
{
    iot-registry devices gateways "$@" --project home --gateway gateway-1 \
        --gateway-region attic --gateway-registry factory --device sensor-1
}
ca_make ca
key_make ec ec.key
of=(--device sensor-1)
json registries create factory
expect test "$(jq -r .id out)" = factory
json registries update factory --log-level info
expect test "$(jq -r .logLevel out)" = INFO
json registries credentials create --registry factory --path ca/iot-ca.crt
json registries credentials list --registry factory
json registries credentials describe 0 --registry factory
json registries credentials delete 0 --registry factory
is '{}'
json registries credentials clear --registry factory
json devices create sensor-1 --public-key path=ec.key.pub,type=es256 \
    --metadata floor=3
json devices create sensor-2 --metadata floor=10 --blocked
json devices create gateway-1 --device-type gateway \
    --auth-method association-only
json devices update sensor-1 --log-level debug
json devices describe sensor-1
json devices credentials create "${of[@]}" --path ec.key.pub --type es256
json devices credentials list "${of[@]}"
json devices credentials describe 1 "${of[@]}"
json devices credentials update 1 "${of[@]}" \
    --expiration-time 2040-01-01T00:00:00Z
json devices credentials delete 1 "${of[@]}"
json devices credentials clear "${of[@]}"
json devices configs update "${of[@]}" --config-data on
expect test "$(jq -r '.version + .binaryData' out)" = "2$(printf on | base64)"
json devices configs list "${of[@]}"
json devices configs describe "${of[@]}"
json devices states list "${of[@]}"
json gateways bind
json devices gateways list-bound-devices --gateway gateway-1
expect test "$(jq length out)" = 1
json gateways unbind
json pubsub topics create events --message-retention 60
json pubsub topics update events --message-retention 120
expect test "$(jq -r .messageRetentionDuration out)" = 120s
json pubsub topics describe events
expect test "$(jq -r .messageRetentionDuration out)" = 120s
expect_fail 1 'Resource not found (resource=projects/home/topics/event)' \
    pubsub topics describe event
expect_fail 1 'Resource not found' pubsub topics update event \
    --message-retention 120
expect_fail 2 'message-retention is missing' pubsub topics update events
json pubsub topics list
json pubsub subscriptions create all --topic events
expect test "$(jq .ackDeadlineSeconds out)" = 10
json pubsub subscriptions update all --ack-deadline 20
json pubsub subscriptions describe all
expect test "$(jq .ackDeadlineSeconds out)" = 20
expect_fail 1 'Resource not found' pubsub subscriptions describe al
expect_fail 2 'ack-deadline is missing' pubsub subscriptions update all
json pubsub subscriptions list
json pubsub subscriptions pull all
is '[]'
json pubsub subscriptions delete all
json pubsub topics delete events

# Filters, before limits; sorting; members.
expect_ok devices list --format 'value(id)'
is 'gateway-1 sensor-1 sensor-2'
expect_ok devices list --filter 'id:sensor' --format 'value(id,blocked)'
is $'sensor-1\tFalse sensor-2\tTrue'
expect_ok devices list --filter 'id:sensor' --limit 1 --format 'value(id)'
is sensor-1
expect_ok devices list --filter 'metadata.floor>3' --page-size 1
expect test "$(rows)" = 1
expect grep -q '^sensor-2 ' out
expect_ok devices list --sort-by '~metadata.floor' --format 'value(id)'
is 'sensor-2 sensor-1 gateway-1'
expect_ok devices list --sort-by '~id' --limit 2 --format 'value(id)'
is 'sensor-2 sensor-1'
expect_ok devices list --filter 'blocked=maybe' --json
is '[]'
expect_ok devices describe sensor-2 --format 'value(blocked,metadata.floor)'
is $'True\t10'
expect_ok registries list --filter 'mqttConfig.mqttEnabledState=MQTT_ENABLED'
expect test "$(rows)" = 1
expect_ok registries list --filter 'id:nothing'
expect test "$(rows)" = 0
for i in 1 2 3; do
    expect_ok devices configs update "${of[@]}" --config-data "$i"
done
expect_ok devices configs list "${of[@]}" --filter 'version<5' --limit 2 \
    --format 'value(version)'
is '4 3'
expect_fail 2 'makes no sense' devices list --filter 'id'
expect_fail 2 'value(KEY' devices list --format csv
expect_fail 2 'a key is missing' devices list --format 'value()'
expect_fail 2 'no function' devices list --format 'value(name.basename())'
expect_fail 2 'exclude each other' devices list --format 'value(id)' --json

# Members of members, with headings and without, of lists and of one.
expect_ok devices update sensor-2 --metadata 'note=two "words"'
expect_ok devices list --format 'csv[no-heading](id)'
is 'gateway-1 sensor-1 sensor-2'
expect_ok devices list --device-ids sensor-2 \
    --format 'csv(id,blocked,metadata.note:label=NOTE)'
is 'id,blocked,NOTE sensor-2,True,"two ""words"""'
expect_ok devices list --format 'table(id, gatewayConfig.gatewayType:label=IT)'
is 'ID         IT gateway-1  GATEWAY sensor-1 sensor-2'
expect_ok devices list --format 'table[no-heading](id)' --limit 1
is gateway-1
expect_ok devices describe sensor-2 --format 'value[separator=" "](id,metadata)'
is 'sensor-2 note=two "words"'
expect_ok devices credentials create "${of[@]}" --path ec.key.pub --type es256 \
    --format 'get(publicKey.key)'
expect cmp out <(cat ec.key.pub && echo)
expect_ok registries update factory \
    --event-notification-config topic=alarms,subfolder=alarm \
    --event-notification-config topic=telemetry
expect_ok registries describe factory \
    --format 'table(id,eventNotificationConfigs[].pubsubTopicName)'
is 'ID       PUBSUB_TOPIC_NAME factory  alarms;telemetry'
expect_ok registries describe factory \
    --format 'value(eventNotificationConfigs[1].pubsubTopicName)'
is telemetry

# Names in full go in where they come out, and need no options beside them.
expect_ok iot-registry registries list "${PLACE[@]}" --uri
is projects/home/locations/attic/registries/factory
registry=$(cat out)
expect_ok iot-registry devices list --registry "$registry" --uri \
    --filter id=sensor-1
sensor=$(cat out)
expect_ok iot-registry devices describe "$sensor" --format 'value(id)'
is sensor-1
expect_ok iot-registry devices configs get-value --device "$sensor"
is 3
expect_ok iot-registry devices describe sensor-1 --registry "$registry"
expect_ok iot-registry devices describe "$sensor" --registry "$registry"
expect_fail 2 '--registry is factory' iot-registry devices describe \
    "${sensor/factory/plant}" --registry "$registry"
expect_ok iot-registry registries describe "$registry" --project home
expect_fail 2 '--region is cellar, and the name in full says attic' \
    iot-registry registries describe "$registry" --region cellar
expect_fail 2 'is no name like' iot-registry devices describe "$registry"
expect_fail 2 'is no name like' iot-registry registries describe "$sensor"
expect_ok env CLOUDSDK_CORE_PROJECT=home iot-registry topics list --uri
expect_fail 2 '--project is missing' iot-registry topics list --uri
expect_fail 2 'uri' devices configs list "${of[@]}" --uri

for verb in get-iam-policy set-iam-policy add-iam-policy-binding \
    remove-iam-policy-binding; do
    expect_fail 2 'no IAM policies' registries "$verb" factory
done

# Last things last.
json devices delete sensor-1
json devices delete sensor-2
json devices delete gateway-1
json registries delete factory
