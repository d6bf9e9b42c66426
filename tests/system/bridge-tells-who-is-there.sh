#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Comings and goings of devices, with reasons, are told live, kept in a topic
# of their own and written down beside the device, as are refusals with their
# exact reason, a bounded number of them; and everything is counted.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq

site_make
device_make dev-1 ec
device_make dev-2 ec
registry_do topics create iot-connections --project "$PROJECT"
registry_do subscriptions create presence --project "$PROJECT" \
    --topic iot-connections
bridge_start "plugin_opt_metrics $T/metrics"
path=$(path_of dev-1)
background "$T/seen" site_sub -i live -v \
    -t 'projects/+/locations/+/registries/+/devices/+/connection'
subscribed live
# The same for those who speak MQTT 5, with who and why.
background "$T/seen-5" site_sub -V mqttv5 -i live-5 -F '%p|%P' \
    -t 'projects/+/locations/+/registries/+/devices/+/connection'
subscribed live-5

# asks SQL: what the database has, soon.
asks()
{
    sqlite3 "$T/traffic.db" "$1"
}
told()
{
    expect wait_until 10 grep -qx "$path/connection $1" "$T/seen"
}
# connected_since: what it says of dev-1; nothing if it was never there.
connected_since()
{
    asks "SELECT connected_since FROM device WHERE num_id = $(number_of dev-1)"
}
is_connected()
{
    test "$(connected_since)0" -gt 17000000000
}
is_gone()
{
    test "$(connected_since)" = 0
}

# It comes, and goes by itself.
background "$T/first" raw --id "$path" --user '' --password "$(token dev-1)" \
    wait 100
first=$STARTED_PID
told connect
expect wait_until 10 is_connected
stop_pid "$first"
told disconnect
identity="deviceId:dev-1 deviceNumId:$(number_of dev-1) deviceRegistryId:$REGISTRY"
identity+=" deviceRegistryLocation:$REGION projectId:$PROJECT subFolder:"
expect wait_until 10 grep -q ^disconnect "$T/seen-5"
expect diff - "$T/seen-5" <<END
connect|$identity reason:from 127.0.0.1
disconnect|$identity reason:The connection broke.
END
expect wait_until 10 is_gone

# It is pushed aside, and at last blocked: the reasons, in the original's words
# where it had any.
background "$T/second" raw --id "$path" --user '' --password "$(token dev-1)" \
    wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/second"
background "$T/third" raw --id "$path" --user '' --password "$(token dev-1)" \
    wait 100
expect wait_until 10 grep -qx CLOSED "$T/second"
expect wait_until 10 is_connected
device update dev-1 --blocked
expect wait_until 10 grep -qx CLOSED "$T/third"
expect wait_until 10 is_gone
device update dev-1 --no-blocked
pulled presence >"$T/presence"
jq -r '.[].message | "\(.attributes.deviceId) \(.attributes.subFolder) \(.data |
    @base64d | fromjson | .reason)"' "$T/presence" >"$T/reasons"
expect diff - "$T/reasons" <<END
dev-1 connect from 127.0.0.1
dev-1 disconnect The connection broke.
dev-1 connect from 127.0.0.1
dev-1 disconnect SERVER: The connection was closed because there is another \
active connection with the same device ID.
dev-1 connect from 127.0.0.1
dev-1 disconnect the device is blocked
END

# A refusal, with who it said it was, from where, and why.
expect_ok raw --id "$path" --user '' --password "$(token dev-2)"
expect grep -qx 'CONNACK 5' "$T/out"
refusal()
{
    test "$(asks "SELECT text FROM event WHERE kind = 'REFUSED' AND device = 'dev-1'")" = \
        'from 127.0.0.1: the token is signed by no key of the device: it has 1'
}
expect wait_until 10 refusal

# What it says of itself does not reach a terminal as it is.
expect_ok raw --id "$path" --user '' --password "$(token_of dev-2 \
    "$(claims 0 60)" '{"alg":"\u001b[31m","typ":"JWT"}')"
escape()
{
    test -n "$(asks "SELECT 1 FROM event WHERE text LIKE '%algorithm is ?[31m%'")"
}
expect wait_until 10 escape
expect test "$(asks "SELECT count(*) FROM event
    WHERE text || device GLOB '*' || char(27) || '*'")" = 0

# Times, once a second.
expect_ok publish dev-1 "$(token dev-1)"
expect_ok publish dev-1 "$(token dev-1)" -t /devices/dev-1/state
times()
{
    described dev-1 | jq -e '.lastEventTime and .lastStateTime' >/dev/null
}
expect wait_until 10 times

# Numbers.
counted()
{
    grep -qxF "iot_bridge_$1" "$T/metrics"
}
expect wait_until 12 counted 'messages_total{kind="events"} 1'
expect counted 'messages_total{kind="state"} 1'
expect counted 'bytes_total{kind="events"} 5'
expect counted 'admissions_total 5'
expect counted 'takeovers_total 1'
expect counted 'refusals_total{reason="signature"} 1'
expect counted 'refusals_total{reason="blocked"} 0'
expect counted 'connections 0'
expect counted 'verify_seconds_count 7'
expect counted 'store_seconds_count 2'

# When the broker goes, nobody is there.
background "$T/last" raw --id "$path" --user '' --password "$(token dev-1)" \
    wait 100
expect wait_until 10 is_connected
bridge_stop
expect is_gone
expect test "$(asks 'SELECT text FROM event ORDER BY key DESC LIMIT 1')" = \
    'SERVER: The connection is closed because the server is shutting down.'
