#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verbs of iot-registry, with the tables, texts and field names that users
# of "gcloud iot" know.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"

cd "$T"
ca_make ca
key_make rsa rsa.key
certify ca/iot-ca rsa.key device.crt

# is_line TEXT: TEXT is a whole line of the last result.
is_line()
{
    grep -qxF -- "$1" "$T/out"
}

# said TEXT: and of what was said beside it.
said()
{
    grep -qxF -- "$1" "$T/err"
}

pubsub()
{
    iot-registry "$@" --project home
}

# Nothing but a registry or topic that is made makes a database.
# unmade TEXT CMD...: it is refused with this, and there is no file.
unmade()
{
    expect_fail 1 "$@"
    expect test "$(echo "$T"/*.db*)" = "$T/*.db*"
}
unmade 'registries create' devices list
unmade 'No such file' registries create factory --public-key-path none
unmade 'no id of a registry' registries create goog-1
unmade 'may not sign others' registries create factory \
    --public-key-path device.crt
unmade 'would never match' registries create factory \
    --event-notification-config topic=all \
    --event-notification-config topic=some,subfolder=some
unmade 'no name like' pubsub topics create x
unmade 'topics create' pubsub topics delete telemetry
unmade 'topics create' pubsub subscriptions create all --topic telemetry
unmade 'topics create' pubsub subscriptions pull all
expect_ok registries create factory --public-key-path ca/iot-ca.crt \
    --event-notification-config topic=alarms,subfolder=alarm \
    --event-notification-config topic=telemetry --state-pubsub-topic states
expect said 'Created registry [factory].'
expect test ! -s "$T/out"
# What goes to a topic is lost until there is one, so that is said.
for topic in alarms telemetry states; do
    expect grep -qF "no topic projects/home/topics/$topic yet" "$T/err"
done
expect_ok pubsub topics create telemetry
expect_ok registries update factory --event-notification-config topic=telemetry
expect_not grep -qF 'no topic' "$T/err"
expect_ok registries update factory --state-pubsub-topic projects/home/topics/no-1
expect grep -qF 'iot-registry topics create projects/home/topics/no-1' "$T/err"
expect_ok registries update factory --state-pubsub-topic ''
expect_not grep -qF 'no topic' "$T/err"
expect_ok registries update factory \
    --event-notification-config topic=alarms,subfolder=alarm \
    --event-notification-config topic=telemetry --state-pubsub-topic states
expect_fail 1 'Resource already exists in the project (resource=factory).' \
    registries create factory
expect_ok registries create second --no-enable-mqtt-config --log-level debug
expect_ok registries list
expect is_line 'ID       LOCATION  MQTT_ENABLED'
expect is_line 'factory  attic     MQTT_ENABLED'
expect is_line 'second   attic     MQTT_DISABLED'
expect_ok registries list --limit 1
expect test "$(rows)" = 1
expect_ok registries update second --enable-mqtt-config
expect said 'Updated registry [second].'
expect_ok registries describe second
expect is_line '  mqttEnabledState: MQTT_ENABLED'
expect is_line 'logLevel: DEBUG'
expect is_line 'name: projects/home/locations/attic/registries/second'
expect_ok registries update factory --log-level info
expect_ok registries describe factory
expect is_line '- pubsubTopicName: alarms'
expect is_line '  pubsubTopicName: states'
expect is_line '  subfolderMatches: alarm'
expect_ok registries delete second --quiet
expect said 'Deleted registry [second].'
expect_fail 1 "doesn't exist" registries describe second

# Devices.
expect_ok devices create sensor-1 --metadata floor=3,room=12 \
    --public-key \
    path=device.crt,type=rs256,expiration-time=2040-01-01T01:00:00+01:00
expect said 'Created device [sensor-1].'
expect_ok devices create gateway-1 --device-type gateway \
    --auth-method association-only --blocked
expect_fail 1 '(resource=sensor-1)' devices create sensor-1
expect_fail 1 'no id of a device' devices create goog-1
expect_fail 1 'only a gateway' devices create sensor-2 \
    --auth-method association-only
expect_ok devices list
expect grep -qE '^ID +NUM_ID +BLOCKED  GATEWAY_TYPE  GATEWAY_AUTH_METHOD$' \
    "$T/out"
expect grep -qE '^sensor-1 +[1-9][0-9]+ +False$' "$T/out"
expect grep -qE '^gateway-1 +[1-9][0-9]+ +True +GATEWAY +ASSOCIATION_ONLY$' \
    "$T/out"
expect_ok devices describe sensor-1
number=$(sed -n "s/^numId: '\(.*\)'$/\1/p" "$T/out")
expect is_line "name: projects/home/locations/attic/registries/factory/devices/$number"
expect is_line "- expirationTime: '2040-01-01T00:00:00Z'"
expect is_line '    format: RSA_X509_PEM'
expect is_line "  floor: '3'"
expect_ok devices describe "$number"
expect is_line 'id: sensor-1'
expect_ok devices update sensor-1 --blocked
expect said 'Updated device [sensor-1].'
expect_ok devices describe sensor-1
expect is_line 'blocked: true'
expect is_line "  floor: '3'"
expect_ok devices update sensor-1 --log-level debug
expect_ok devices describe sensor-1
expect is_line 'blocked: true'
expect is_line 'logLevel: DEBUG'
expect_ok devices update sensor-1 --no-blocked --metadata floor=4
expect_ok devices describe sensor-1
expect is_line 'blocked: false'
expect is_line 'logLevel: DEBUG'
expect is_line "  floor: '4'"
expect_not is_line "  room: '12'"
expect_fail 2 'exclude each other' devices update sensor-1 --blocked \
    --no-blocked
expect_fail 2 'nothing to update' devices update sensor-1

# JSON is JSON, and has the API's names.
for verb in 'list --json' 'list --format=json' 'describe sensor-1 --json'; do
    # shellcheck disable=SC2086
    expect_ok devices $verb
    expect python3 -c '
import json, sys
it = json.load(sys.stdin)
it = [d for d in it if d["id"] == "sensor-1"][0] if isinstance(it, list) else it
assert it["numId"] == sys.argv[1] and it["blocked"] is False
assert it["credentials"][0]["publicKey"]["format"] == "RSA_X509_PEM"
assert it["metadata"] == {"floor": "4"}' "$number" <"$T/out"
done

# Credentials, by their place in the list.
credentials()
{
    devices credentials "$@" --device sensor-1
}
expect_ok credentials create --path device.crt --type rsa-x509-pem
expect said 'Created credentials for device [sensor-1].'
expect_ok credentials create --path device.crt --type rs256
expect_fail 1 'at most 3' credentials create --path device.crt --type rs256
expect_ok credentials list
expect is_line 'INDEX  FORMAT        EXPIRATION_TIME'
expect is_line '0      RSA_X509_PEM  2040-01-01T00:00:00Z'
expect is_line '1      RSA_X509_PEM  1970-01-01T00:00:00Z'
expect_ok credentials delete 0
expect said 'Deleted credentials for device [sensor-1].'
expect_ok credentials list
expect test "$(rows)" = 2
expect is_line '0      RSA_X509_PEM  1970-01-01T00:00:00Z'
expect_ok credentials describe 1
expect_fail 1 'index 2' credentials describe 2
expect_fail 1 'index 2' credentials delete 2
expect_fail 2 'INDEX' credentials delete first
certificates()
{
    registries credentials "$@" --registry factory
}
expect_ok certificates create --path ca/root.crt
expect said 'Created credentials for registry [factory].'
expect_ok certificates list
expect is_line 'INDEX  FORMAT                EXPIRATION_TIME'
expect test "$(rows)" = 2
expect_ok certificates describe 1
expect is_line "    subject: 'CN=Test root'"
expect_ok certificates delete 1
expect said 'Deleted credentials for registry [factory].'
expect_ok certificates list
expect test "$(rows)" = 1
expect_ok certificates clear
expect said 'Cleared all credentials for registry [factory].'
expect_ok certificates list
expect test "$(rows)" = 0

# Last things last.
expect_fail 1 'still has devices' registries delete factory
expect_ok devices delete sensor-1
expect said 'Deleted device [sensor-1].'
expect_fail 1 "A device with the name 'projects/home/locations/attic/registries/factory/devices/sensor-1' doesn't exist." \
    devices delete sensor-1
expect_ok devices delete gateway-1
expect_ok registries delete factory

# What makes no sense is misuse and changes nothing.
expect_fail 2 'no such verb: devices sing' iot-registry devices sing
expect_fail 2 'no such verb: sing' iot-registry sing --help
expect_fail 2 'a verb is needed' iot-registry
expect_fail 2 'a verb is needed after devices configs' \
    iot-registry devices configs
expect_ok iot-registry devices configs --help
expect grep -q '^  devices configs get-value ' "$T/out"
expect_not grep -q '^  devices states list ' "$T/out"
expect_fail 2 '--project is missing' iot-registry devices list
expect_fail 2 'es256-x509-pem' devices create d-1 \
    --public-key path=device.crt,type=rs512
expect_fail 2 'does not know "key"' devices create d-1 \
    --public-key key=device.crt
expect_fail 2 '2030-01-01T00:00:00Z' devices create d-1 \
    --public-key path=device.crt,type=rs256,expiration-time=2030-02-30T00:00:00Z
expect_fail 2 '--format' devices describe d-1 --format table
expect_ok iot-registry --help
expect_ok iot-registry devices create --help
