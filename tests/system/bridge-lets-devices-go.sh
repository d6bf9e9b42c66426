#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Asked to end in peace, the broker lets one device go after the other, lets
# nobody in and then ends as if it was told to; without devices at once.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3

site_make
device_make dev-0 ec
token=$(token dev-0)
devices=5
for ((n = 1; n <= devices; n++)); do
    device_with "dev-$n" "$REGISTRY" "path=$T/dev-0.pub,type=es256-pem"
done
bridge_start 'plugin_opt_drain_seconds 3'
for ((n = 1; n <= devices; n++)); do
    background "$T/seen-$n" raw --id "$(path_of "dev-$n")" --user '' \
        --password "$token" wait 100
done
for ((n = 1; n <= devices; n++)); do
    expect wait_until 20 grep -qx 'CONNACK 0' "$T/seen-$n"
done
closed()
{
    grep -lx CLOSED "$T"/seen-* | wc -l
}
some_are()
{
    test "$(closed)" -gt 0
}
all_are()
{
    test "$(closed)" = "$devices"
}
has_ended()
{
    test ! -e "/proc/$BROKER_PID" ||
        grep -q '^State:.*zombie' "/proc/$BROKER_PID/status"
}

expect test "$(closed)" = 0
kill -RTMIN "$BROKER_PID"
expect wait_until 10 some_are
expect_not all_are
expect_ok raw --id "$(path_of dev-0)" --user '' --password "$token"
expect grep -qx 'CONNACK 5' "$T/out"
expect_logged "refused $(path_of dev-0) from 127.0.0.1: the server is shutting"
expect_not has_ended
expect wait_until 10 all_are
expect wait_until 10 has_ended
bridge_stop
expect test "$(sqlite3 "$T/traffic.db" "SELECT count(DISTINCT device) FROM event
    WHERE kind = 'DISCONNECT' AND text = 'SERVER: The connection is closed' ||
    ' because the server is shutting down.'")" = "$devices"

bridge_start 'plugin_opt_drain_seconds 60'
kill -RTMIN "$BROKER_PID"
expect wait_until 10 has_ended
bridge_stop
