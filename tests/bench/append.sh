#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What it costs a bridge to keep a message of 100 bytes before it acknowledges
# it, in microseconds: as the MQTT bridge does it, in the intake, and with one
# transaction of the database for each; with the default durability, which
# survives the end of any process, and with the one that survives that of the
# machine.
#
#     tests/bench/append.sh [MESSAGES]
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/bench/append
test -x "$program" || skip 'tests/bench/append is not built'
messages=${1:-20000}

# row TITLE WAY COUNT [power]: a line of the table.
row()
{
    local figures
    rm -rf "$T"/traffic.db*
    figures=$("$program" "$2" "$T/traffic.db" "$3" 100 "${@:4}") || die 'fails'
    # shellcheck disable=SC2086
    printf '%-34s %10s %10s %10s %10s\n' "$1" $figures
    expect test -n "$figures"
}

printf '%-34s %10s %10s %10s %10s\n' 'microseconds a message' mean median \
    '99 %' worst
row 'intake, survives kill' intake "$messages"
row 'database, survives kill' database "$messages"
row 'intake, survives power loss' intake $((messages / 20)) power
row 'database, survives power loss' database $((messages / 20)) power
