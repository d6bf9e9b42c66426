#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Registries of 100 and 10,000 devices, and with --large of a million: how long
# the import takes, how long a list of the first page and one device, how large
# the file is; and what an admission then costs the broker, of 100 devices from
# all over the registry, and how much memory it has afterwards; instructions, of
# an admission and two subscriptions, as valgrind counts them.  The devices share
# one key, which costs the import as much as keys of their own.
#
#     tests/bench/registry-size.sh [--large]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need iot-registry mosquitto_passwd /usr/bin/python3 sqlite3
load=$BUILD_ROOT/tests/fixture/mqtt-load
hold=$BUILD_ROOT/tests/bench/mqtt-hold
mosquitto=$(command -v mosquitto || echo /usr/sbin/mosquitto)
sizes=(100 10000)
test "${1:-}" != --large || sizes+=(1000000)
visitors=100
seconds=3

# taken CMD…: the milliseconds that the command took.
taken()
{
    local before=${EPOCHREALTIME/./}
    "$@" >"$T/out" 2>"$T/err" || die "fails: $*"
    echo $(((${EPOCHREALTIME/./} - before) / 1000))
}

# of VERB…: iot-registry devices VERB, in our registry.
of()
{
    iot-registry devices "$@" "${WHERE[@]}" --registry "$REGISTRY"
}

# admissions: of the visitors, again and again: microseconds of the broker for
# each, and megabytes at the end.
admissions()
{
    local before after admitted refused
    bridge_start 'log_type error'
    before=$(used "$BROKER_PID")
    "$load" admit "$DEVICE_PORT" "$T/ca/root.crt" "$T/visitors" "$visitors" \
        "$seconds" 2>"$T/err" || die 'mqtt-load fails'
    after=$(used "$BROKER_PID")
    read -r admitted refused _ <"$T/err"
    expect test "$refused" = 0
    awk -v n="$admitted" -v us="$((after - before))" \
        -v kb="$(memory "$BROKER_PID")" \
        'BEGIN {printf "%12.0f %8.1f", us / n, kb / 1024}'
    bridge_stop
}

# executed COUNT: instructions of a broker from start to end to which so many
# visitors come.
executed()
{
    rm -f "$T/callgrind"
    bridge_start 'log_type error'
    "$hold" "$DEVICE_PORT" "$T/ca/root.crt" "$T/visitors" "$1" 300 </dev/null \
        >"$T/out"
    expect test "$(cut -d' ' -f1 "$T/out")" = "$1"
    bridge_stop
    awk '/^(summary|totals):/ {print $2; exit}' "$T/callgrind"
}

# instructions: of one admission and two subscriptions.
instructions()
{
    local few many
    command -v valgrind >/dev/null || { echo - && return; }
    cat >"$T/bin/mosquitto" <<-END
	#!/bin/sh
	exec valgrind -q --tool=callgrind --callgrind-out-file=$T/callgrind \
	    $mosquitto "\$@"
	END
    chmod 755 "$T/bin/mosquitto"
    few=$(executed 10) || die "nothing was counted"
    many=$(executed $((10 + visitors / 2))) || die "nothing was counted"
    rm "$T/bin/mosquitto"
    echo $(((many - few) / (visitors / 2)))
}

site_make
printf '%9s %10s %10s %8s %8s %7s %12s %8s %12s\n' devices 'import ms' \
    devices/s 'list ms' 'one, ms' 'file MB' 'admit, us' 'has MB' instructions
for size in "${sizes[@]}"; do
    rm -f "$DATABASE"*
    registry_make
    fleet_files dev "$size" ec
    shuf -n "$visitors" "$T/dev" >"$T/visitors"
    import=$(taken of import "$T/dev.import")
    rm -f "$T/dev" "$T/dev.import"
    list=$(taken of list --limit 500)
    one=$(taken of describe dev-0000042)
    printf '%9d %10d %10d %8d %8d %7d' "$size" "$import" \
        $((size * 1000 / (import + 1))) "$list" "$one" \
        $(($(stat -c %s "$DATABASE") / 1000000))
    printf ' %s %12s\n' "$(admissions)" "$(instructions)"
    expect test "$(sqlite3 "$DATABASE" 'SELECT count(*) FROM credential')" = \
        "$size"
done
