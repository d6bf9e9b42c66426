#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Registrations at the same time: all succeed for different ids, exactly one
# for the same id, and the database is made once by however many.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

many=8

# at_once NAME CMD…: start the command $many times, with {} replaced by a
# number, and wait; NAME.done and NAME.failed count.
at_once()
{
    local name=$1 i pids=() pid
    shift
    done=0
    failed=0
    for ((i = 0; i < many; i++)); do
        "${@//\{\}/$i}" >"$T/$name.$i.out" 2>"$T/$name.$i.err" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        if wait "$pid"; then
            done=$((done + 1))
        else
            failed=$((failed + 1))
        fi
    done
}

# The database itself, by all of them at once.
at_once make registries create factory-{}
expect test "$done" = "$many"
expect test "$(ask 'SELECT count(*) FROM registry')" = "$many"
expect is_intact
expect test -z "$(find "$T" -name 'registry.db.*')"

at_once same registries create factory
expect test "$done" = 1
expect test "$(cat "$T"/same.*.err | grep -c 'Resource already exists')" = \
    "$((many - 1))"

for round in 1 2 3; do
    at_once different devices create "device-$round-{}"
    expect test "$done" = "$many"
    at_once same devices create "device-$round"
    expect test "$done" = 1
    expect test "$failed" = "$((many - 1))"
    expect test "$(cat "$T"/same.*.err | grep -c 'Resource already exists')" = \
        "$((many - 1))"
done
expect test "$(ask 'SELECT count(*) FROM device')" = "$((3 * (many + 1)))"
expect is_intact
