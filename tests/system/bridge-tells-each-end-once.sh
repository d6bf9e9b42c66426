#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# However a connection ends, there is one event of its coming and one of its
# end, which says why, and as many messages in the topic of connections: also
# when the broker is killed, and when it cannot write them down at once.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq

site_make
keep_in iot-connections
key_make shared ec
devices=(leaves breaks silent expires blocked deleted replaced forbidden killed
    late drained)
for device in "${devices[@]}"; do
    device_with "$device" "$REGISTRY" "path=$T/shared.pub,type=es256-pem"
done
token shared >"$T/token"
bridge_start 'plugin_opt_skew 1' 'plugin_opt_drain_seconds 1'

# comes DEVICE [OPTION...] [STEP...]: it connects, takes these steps and stays.
comes()
{
    rm -f "$T/$1"
    touch "$T/$1"
    background "$T/$1" raw --id "$(path_of "$1")" --user '' \
        --password-file "$T/token" "${@:2}" wait 100
    expect wait_until 20 grep -qx 'CONNACK 0' "$T/$1"
}
# noted KIND DEVICE: how many such events there are.
noted()
{
    sqlite3 -cmd '.timeout 5000' "$T/traffic.db" "SELECT count(*) FROM event
        WHERE kind = '$1' AND device = '$2'"
}
is_noted()
{
    test "$(noted "$@")" = 1
}

comes leaves hex e000
comes breaks
stop_pid "$STARTED_PID"
comes silent --keepalive 1
token shared 2 >"$T/short"
comes expires --password-file "$T/short"
comes blocked
comes deleted
comes replaced
comes replaced
comes forbidden publish /devices/killed/events 1
expect wait_until 10 is_noted CONNECT deleted
device update blocked --blocked
device delete deleted

# Killed with one device there, and one that comes and goes before anything is
# written down of it; both come again.
comes killed
expect wait_until 10 is_noted CONNECT killed
for device in leaves breaks silent expires blocked deleted replaced \
    forbidden; do
    expect wait_until 20 is_noted DISCONNECT "$device"
done
kill -KILL "$BROKER_PID"
wait "$BROKER_PID" 2>/dev/null || true
background "$BROKER_LOG" mosquitto -c "$BROKER_CONF"
BROKER_PID=$STARTED_PID
expect wait_listening "$BROKER_PID" "$DEVICE_PORT"
comes killed
stop_pid "$STARTED_PID"

# While somebody holds the database.
hold_traffic
comes late hex e000
comes drained
expect_logged 'somebody else is writing to it'
kill -RTMIN "$BROKER_PID"
expect wait_until 10 grep -qx CLOSED "$T/drained"
stop_pid "$HOLDER"
expect wait_until 10 is_noted DISCONNECT drained
bridge_stop

server='SERVER: The connection is closed because the server'
cat >"$T/expected" <<END
blocked the device is blocked
breaks The connection broke.
deleted there is no such device in the registry
drained $server is shutting down.
expires mqtt: SERVER: The authorization token expired.
forbidden it published to /devices/killed/events
killed $server ended unexpectedly.
killed The connection broke.
late The connection was closed by client.
leaves The connection was closed by client.
replaced SERVER: The connection was closed because there is another active \
connection with the same device ID.
replaced $server ended unexpectedly.
silent The client was silent for longer than its keep-alive allows.
END
sed -E 's/(killed.events):.*/\1/' <(sqlite3 -separator ' ' "$T/traffic.db" \
    "SELECT device, text FROM event WHERE kind = 'DISCONNECT'
        ORDER BY device, key") >"$T/told"
expect diff "$T/expected" "$T/told"
sqlite3 -separator ' ' "$T/traffic.db" "SELECT device, count(*) FROM event
    WHERE kind = 'CONNECT' GROUP BY device" >"$T/came"
expect diff <(cut -d' ' -f1 "$T/expected" | uniq -c | awk '{print $2, $1}') \
    "$T/came"
pulled iot-connections | jq -r '.[].message | "\(.attributes.deviceId) \(.data |
    @base64d | fromjson | .event)"' | sort | uniq -c >"$T/messages"
expect diff <(awk '{print $1, "connect"; print $1, "disconnect"}' \
    "$T/expected" | sort | uniq -c) "$T/messages"
expect test "$(sqlite3 "$T/traffic.db" 'SELECT count(*) FROM connection')" = 0
