#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# While others knock without end, with a token for a device that is signed by
# nobody, the broker verifies a bounded number of them: who is in is served, the
# device itself comes in from elsewhere, every refusal is counted, and memory
# stays where it was.  tests/bench/floods.sh measures the same.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd mosquitto_pub /usr/bin/python3
load=$BUILD_ROOT/tests/fixture/mqtt-load
seconds=2

# refusals REASON: how many there were, by the bridge's own count.
refusals()
{
    awk -v what="iot_bridge_refusals_total{reason=\"$1\"}" \
        '$1 == what {n = $2} END {print n + 0}' "$T/metrics"
}
# all_counted: the file, which is written every few seconds, has all of them.
all_counted()
{
    test -s "$T/metrics" &&
        test "$(($(refusals signature) + $(refusals doubted)))" = "$refused"
}

site_make
keep_in all
fleet good 5 ec
bridge_start "plugin_opt_metrics $T/metrics"
# The last of the five is who the others say they are.
read -r id token < <(tail -1 "$T/good")
for ((i = 0; i < 8; i++)); do
    echo "$id ${token%????????}AAAAAAAA"
done >"$T/wrong"
head -4 "$T/good" >"$T/devices"
before=$(memory "$BROKER_PID")

"$load" admit "$DEVICE_PORT" "$T/ca/root.crt" "$T/wrong" 8 "$seconds" \
    2>"$T/flood" &
flood=$!
STARTED+=("$flood")
start=$EPOCHSECONDS
expect_ok "$load" publish "$DEVICE_PORT" "$T/ca/root.crt" "$T/devices" 4 60 \
    20 1 20
expect test "$(cut -d' ' -f1-3 "$T/err")" = '4 0 80'
expect_ok mosquitto_pub -A 127.0.0.2 -h 127.0.0.1 -p "$DEVICE_PORT" -q 1 \
    --cafile "$T/ca/root.crt" -i "$id" -u unused -P "$token" \
    -t "/devices/${id##*/}/events" -m hello
expect wait "$flood"
took=$((EPOCHSECONDS - start + 1))
read -r admitted refused _ <"$T/flood"
expect test "$admitted" = 0
expect test "$refused" -gt 0
expect wait_until 20 all_counted
echo "refused $refused in $took s, $(refusals doubted) of them unread"
# Of one address and device, DOUBTS_FREE a second; doubts.h.
expect test "$(refusals signature)" -le $((20 * took))
expect test "$(pulled all | grep -c '"ackId"')" = 81
test -n "${TEST_PRELOAD:-}" ||
    expect test "$(memory "$BROKER_PID")" -lt $((before + 8192))

# Quiet again, the device comes in from where the others were: it may be doubted
# until the second of the last of them is over.
expect wait_until 5 publish "${id##*/}" "$token"
bridge_stop
