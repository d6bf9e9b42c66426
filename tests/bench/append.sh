#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What it costs a bridge to keep a message of 100 bytes before it acknowledges
# it, in microseconds: with the default durability, which survives the end of
# any process, and with the one that survives that of the machine.
#
#     tests/bench/append.sh [MESSAGES]
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/bench/append
test -x "$program" || skip 'tests/bench/append is not built'
messages=${1:-20000}

# row TITLE COUNT [power]: a line of the table.
row()
{
    local figures
    rm -f "$T"/traffic.db*
    figures=$("$program" "$T/traffic.db" "$2" 100 "${@:3}") || die 'fails'
    # shellcheck disable=SC2086
    printf '%-28s %10s %10s %10s %10s\n' "$1" $figures
    expect test -n "$figures"
}

printf '%-28s %10s %10s %10s %10s\n' 'microseconds a message' mean median \
    '99 %' worst
row 'survives kill' "$messages"
row 'survives power loss' $((messages / 20)) power
