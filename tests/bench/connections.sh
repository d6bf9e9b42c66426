#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many devices connected at once, each with a key of its own and subscribed to
# its configuration and commands: how long they take to come, and how much
# memory of the broker each takes while nothing happens, beside a mosquitto with
# the same certificate, no plugin and anonymous access.  Of all of them, and of
# the second half: what is kept of keys and pages up to a bound is the first's.
#
#     tests/bench/connections.sh [DEVICES]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3
hold=$BUILD_ROOT/tests/bench/mqtt-hold
devices=${1:-5000}
# Of this shell, and so of the brokers that it starts; mqtt-hold does its own.
ulimit -Sn "$(ulimit -Hn)"
test "$(ulimit -Sn)" = unlimited || test "$(ulimit -Sn)" -gt $((devices + 100)) ||
    skip "only $(ulimit -Hn) files may be open at once"

site_make
fleet tokens "$devices" ec "$devices"
plain_start
bridge_start

# hold NAME PORT FILE: has those of FILE come, and keeps them; how many did and
# the seconds that they took are then in $T/NAME.FILE.
hold()
{
    local input lines
    lines=$(wc -l <"$T/$3")
    mkfifo "$T/$1.$3.in"
    "$hold" "$2" "$T/ca/root.crt" "$T/$3" "$devices" 300 <"$T/$1.$3.in" \
        >"$T/$1.$3" &
    STARTED+=("$!")
    exec {input}>"$T/$1.$3.in"
    wait_until 200 test -s "$T/$1.$3" || die "they do not come to $1"
    expect test "$(cut -d' ' -f1,2 "$T/$1.$3")" = "$lines 0"
    sleep 2 # for what is written down a second later
}

# measure NAME PID PORT: kilobytes before, with half of them and with all, and
# the seconds that they took.
measure()
{
    local sizes=() half
    sizes+=("$(memory "$2")")
    for half in first second; do
        hold "$1" "$3" "$half"
        sizes+=("$(memory "$2")")
    done
    echo "${sizes[*]} $(awk '{s += $3} END {print s}' "$T/$1.first" "$T/$1.second")" \
        >"$T/$1"
    for half in first second; do
        stop_pid "${STARTED[-1]}"
        unset 'STARTED[-1]'
    done
}

# row TITLE NAME
row()
{
    awk -v title="$1" -v n="$devices" -v plain="$(cat "$T/plain")" '{
        split(plain, p)
        each = ($3 - $1) / n
        later = ($3 - $2) * 2 / n
        printf "%-26s %8.1f %8.0f %8.1f %12.1f %8.2f %12.1f %8.2f\n", title,
            $4, n / $4, $3 / 1024, each, each - (p[3] - p[1]) / n, later,
            later - (p[3] - p[2]) * 2 / n}' "$T/$2"
}

head -n $((devices / 2)) "$T/tokens" >"$T/first"
tail -n "+$((devices / 2 + 1))" "$T/tokens" >"$T/second"
measure plain "$PLAIN_PID" "$PLAIN_PORT"
measure ours "$BROKER_PID" "$DEVICE_PORT"
printf '%-26s %8s %8s %8s %12s %8s %12s %8s\n' "$devices devices at once" \
    'all, s' 'a second' 'MB' 'KB a device' 'more' 'of 2nd half' 'more'
row 'mosquitto, anonymous' plain
row 'with the plugin' ours
