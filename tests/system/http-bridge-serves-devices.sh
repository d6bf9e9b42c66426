#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Devices publish, set their state and fetch their configuration with curl; who
# may not learns a code and a word, and the operator's log says why.  Each
# refusal differs in one thing from a call that was answered 200.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl

# kept: print the data of the next message.
kept()
{
    iot-registry subscriptions pull all --project "$PROJECT" --auto-ack --json |
        sed -n 's/.*"data": *"\([^"]*\)".*/\1/p' | openssl_plain base64 -d -A
}

site_make
device_make ec-1 ec
device_make rsa-1 rsa
key_make stranger rsa
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=events
http_start --metrics-file "$T/mqtt.metrics"
ec_token=$(token ec-1)
rsa_token=$(token rsa-1)

# A registry's topic must be there; then what is answered 200 is in the store.
refuses 400 FAILED_PRECONDITION 'projects/p-1/topics/events does not exist' \
    ec-1 "$ec_token" :publishEvent -d '{}'
registry_do topics create events --project "$PROJECT"
registry_do subscriptions create all --topic events --project "$PROJECT"
publishes ec-1 "$ec_token"
expect test "$(kept)" = hello
publishes rsa-1 "$rsa_token" '{"binaryData":"d29ybGQ","subFolder":"a"}'
expect test "$(kept)" = world
publishes "$(number_of rsa-1)" "$rsa_token"
expect test "$(kept)" = hello
answers 200 '{}' ec-1 "$ec_token" %3ApublishEvent -d '{"binary_data":"Pz8_"}'
expect test "$(kept)" = '???'
answers 200 '{}' ec-1 "$ec_token" :setState \
    -d '{"state":{"binary_data":"b24="}}'
answers 429 RESOURCE_EXHAUSTED ec-1 "$ec_token" :setState \
    -d '{"state":{"binary_data":"b24="}}'
expect_http_logged 'can be updated only once every 1s'
answers 200 '{"version":"1","binaryData":""}' ec-1 "$ec_token" \
    '/config?local_version=0'
refuses 400 FAILED_PRECONDITION 'gateway and device are not in one registry' \
    ec-1 "$ec_token" :publishEvent -d '{"gateway_info":{"gateway_id":"gw-1"}}'

# Who it is.
denied='{"error":{"code":403,"message":"The caller does not have permission",'
refuses 403 "$denied" 'signed by no key of the device: it has 1' \
    rsa-1 "$(token stranger)" :publishEvent -d '{}'
refuses 403 "$denied" "no credential of the device is of the token's algorithm" \
    ec-1 "$rsa_token" :publishEvent -d '{}'
refuses 403 "$denied" 'there is no such device' \
    ec-2 "$ec_token" :publishEvent -d '{}'
refuses 403 "$denied" 'the token is not valid any more' \
    rsa-1 "$(token_of rsa-1 "$(claims -3600 -700)")" :publishEvent -d '{}'
publishes rsa-1 "$(token_of rsa-1 "$(claims -3600 -500)")"
refuses 403 "$denied" 'meant for the audience p-2, not p-1' \
    rsa-1 "$(token_of rsa-1 "$(claims 0 3600 p-2)")" :publishEvent -d '{}'
refuses 401 UNAUTHENTICATED 'no Authorization header with a bearer token' \
    ec-1 '' :publishEvent -d '{}'
refuses 401 UNAUTHENTICATED 'no Authorization header with a bearer token' \
    ec-1 '' :publishEvent -d '{}' -H 'Authorization: Basic eDp5'
refuses 403 "$denied" 'the bearer token cannot be accepted: not a token' \
    ec-1 rubbish :publishEvent -d '{}'
refuses 403 "$denied" "the path is no device's" \
    ec-1 "$ec_token" /x:publishEvent -d '{}'
expect_not grep -qE 'password|client id' "$HTTP_LOG"
expect_ok curl -sSi --cacert "$T/ca/root.crt" -d '{}' \
    "$(url_of ec-1 :publishEvent)"
expect grep -q '^WWW-Authenticate: Bearer' "$T/out"
http_mark
answers 400 INVALID_ARGUMENT ec-1 "$ec_token" :publishEvent -d '{"binary":"x"}'
expect_http_logged 'did not understand ec-1 from 127.0.0.1: Invalid JSON'
answers 501 UNIMPLEMENTED ec-1 "$ec_token" :generateAccessToken -d '{}'
answers 404 NOT_FOUND ec-1 "$ec_token" :publish -d '{}'
answers 404 NOT_FOUND ec-1 "$ec_token" :publishEvent -X DELETE

# What the operator switches off and on again, with no signal.
device update ec-1 --blocked
refuses 403 "$denied" 'the device is blocked' \
    ec-1 "$ec_token" :publishEvent -d '{}'
device update ec-1 --no-blocked
registry_do registries update "$REGISTRY" "${WHERE[@]}" --no-enable-http-config
refuses 403 "$denied" 'HTTP is disabled in the registry' \
    ec-1 "$ec_token" :publishEvent -d '{}'
registry_do registries update "$REGISTRY" "${WHERE[@]}" --enable-http-config
publishes ec-1 "$ec_token"

# One connection serves many calls.
url=$(url_of ec-1 :publishEvent)
curl -sS --cacert "$T/ca/root.crt" -H "Authorization: Bearer $ec_token" \
    -d '{"binary_data":"aGk="}' -w '%{num_connects}\n' \
    "$url" "$url" "$url" >"$T/out"
expect test "$(tr -d '{}\n' <"$T/out")" = 100

# Each of them is judged anew.
good="Authorization: Bearer $ec_token"
late="Authorization: Bearer $(token_of ec-1 "$(claims -3600 -700)")"
expect_ok curl -sS --cacert "$T/ca/root.crt" -H "$good" -d '{}' \
    -w '%{http_code} %{num_connects}\n' -o "$T/body" "$url" --next -sS \
    --cacert "$T/ca/root.crt" -H "$late" -d '{}' \
    -w '%{http_code} %{num_connects}\n' -o "$T/body" "$url"
expect test "$(tr '\n' ' ' <"$T/out")" = '200 1 403 0 '

# The counters have seen it all, and nobody's token stands in the log.
expect test "$(counter 'iot_bridge_http_refusals_total{reason="blocked"}')" = 1
expect test "$(counter iot_bridge_http_verify_seconds_count)" -gt 20
expect test "$(counter 'iot_bridge_http_messages_total{kind="state"}')" = 1
expect_not grep -qF "${ec_token##*.}" "$HTTP_LOG"

# What the MQTT bridge has counted follows, if it has; no name comes twice.
expect test -z "$(counter iot_bridge_connections)"
printf '# HELP iot_bridge_connections x\niot_bridge_connections 7\n' \
    >"$T/mqtt.metrics"
expect test "$(counter iot_bridge_connections)" = 7
expect test "$(counter iot_bridge_age_seconds)" -lt 60
touch -d '1 hour ago' "$T/mqtt.metrics"
expect test "$(counter iot_bridge_age_seconds)" -ge 3600
expect_ok curl -sS "http://127.0.0.1:$METRICS_PORT/metrics"
expect test -z "$(awk '$2 == "HELP" {print $3}' "$T/out" | sort | uniq -d)"
expect test "$(grep -vcE '^(# |[a-z_]+(\{[^{}]*\})? [0-9.e+-]+$)' "$T/out")" = 0
expect_ok curl -sS "http://127.0.0.1:$METRICS_PORT/else"
expect grep -qx 'try /metrics' "$T/out"
http_stop

# No device calls more often than it may; the others do not suffer from it.
http_start --rate 60
url=$(url_of ec-1 /config)
for ((i = 0; i < 90; i++)); do
    echo "url = $url"
done >"$T/often"
curl -sS --cacert "$T/ca/root.crt" -H "$good" -K "$T/often" >"$T/out"
expect test "$(grep -o '"version"' "$T/out" | wc -l)" -ge 60
expect grep -qF '{"error":{"code":429,"message":"Quota exceeded for the '\
'device.","status":"RESOURCE_EXHAUSTED"}}' "$T/out"
expect_http_logged 'it calls too many times a minute'
publishes rsa-1 "$rsa_token"
http_stop
