#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whether the broker waits for the command line: how long messages take to their
# PUBACK, and how many devices are let in and refused, while devices are
# imported, changed and listed and while somebody holds the writers' lock.
# Beside it the same while the processors only calculate: what comes of sharing
# them, and of no lock.
#
#     tests/bench/command-line.sh [DEVICES]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3
load=$BUILD_ROOT/tests/fixture/mqtt-load
devices=${1:-100000}
publishing=20

# of VERB…: iot-registry devices VERB, in our registry.
of()
{
    registry_do devices "$@" "${WHERE[@]}" --registry "$REGISTRY"
}

site_make
keep_in all
fleet good "$publishing" ec
fleet_files more "$devices" ec
bridge_start "plugin_opt_metrics $T/metrics"

# ended: what row has started is over.
ended()
{
    ! is_running "$BUSY"
}

# row TITLE CMD…: while the command runs.
row()
{
    local title=$1 admitted refused median most longest acknowledged
    shift
    "$@" >"$T/busy.out" 2>&1 &
    BUSY=$!
    STARTED+=("$BUSY")
    "$load" admit "$DEVICE_PORT" "$T/ca/root.crt" "$T/visitor" 1 600 \
        2>"$T/admitted" &
    visitor=$!
    STARTED+=("$visitor")
    "$load" publish "$DEVICE_PORT" "$T/ca/root.crt" "$T/others" \
        "$publishing" 600 1000000 1 20 >/dev/null 2>"$T/published" &
    publisher=$!
    STARTED+=("$publisher")
    wait_until 600 ended
    wait "$BUSY" || die "fails: $*: $(cat "$T/busy.out")"
    kill "$visitor" "$publisher"
    wait "$visitor" "$publisher"
    read -r admitted refused _ <"$T/admitted"
    read -r _ _ acknowledged _ median most longest <"$T/published"
    awk -v title="$title" -v m="$median" -v n="$most" -v l="$longest" \
        -v a="$acknowledged" -v i="$admitted" -v r="$refused" 'BEGIN {
        printf "%-34s %10d %9.2f %9.2f %9.2f %9d %9d\n", title, a, m / 1000,
            n / 1000, l / 1000, i, r}'
    expect test "$refused" = 0
    expect test "$acknowledged" -gt 0
}

# calculates: on every processor, for five seconds.
calculates()
{
    local i pids=()
    for ((i = 0; i < $(nproc); i++)); do
        timeout 5 sha256sum /dev/zero &
        pids+=("$!")
    done
    wait "${pids[@]}" || true
}
# holds_lock: somebody begins to write and does not come to an end.
holds_lock()
{
    python3 -c 'import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE device SET blocked = 0")
time.sleep(3)
db.execute("ROLLBACK")' "$DATABASE"
}
# changes: one device after the other.
changes()
{
    local i
    for ((i = 0; i < 50; i++)); do
        of configs update --device good-0000001 --config-data "config $i"
    done
}

head -1 "$T/good" >"$T/visitor"
tail -n +2 "$T/good" >"$T/others"
printf '%-34s %10s %9s %9s %9s %9s %9s\n' "$((publishing - 1)) devices publish" \
    acknowledged 'median ms' '99 %' longest admitted refused
row 'nothing else' sleep 5
row 'each processor calculates' calculates
row "import of $devices devices" of import "$T/more.import"
row '50 configurations, one by one' changes
row 'a list of all devices' of list
row 'somebody holds the lock for 3 s' holds_lock
expect is_running "$BROKER_PID"
expect_not grep -q 'somebody else is writing' "$BROKER_LOG"
