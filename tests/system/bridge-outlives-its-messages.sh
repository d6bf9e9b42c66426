#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The messages' database is of a newer iot-tpm, or the folder before it is
# gone: the broker says so and runs on, and every message that it acknowledged
# is pulled once all is well.  With the argument "all" also when it is no
# database, damaged, and empty.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3 jq
traffic=$T/traffic.db

site_make
keep_in all
device_make dev-1 ec
bridge_start
token dev-1 >"$T/token"

# say TEXT: publish it.  True when it is acknowledged, and then it is in $T/said.
say()
{
    raw --id "$(path_of dev-1)" --user '' --password-file "$T/token" \
        say /devices/dev-1/events "$1" >"$T/raw.out"
    grep -qx PUBACK "$T/raw.out" && echo "$1" >>"$T/said"
}
expect say first

# away NAME CMD…: the database gives way to what CMD makes of a copy of it; what
# is said meanwhile is taken or not, and the broker says why.  Then it is back.
away()
{
    local text=$1
    shift
    log_mark
    registry_do topics list --project "$PROJECT" >"$T/out"
    sqlite3 "$traffic" 'PRAGMA wal_checkpoint(TRUNCATE)' >"$T/out"
    cp "$traffic" "$T/copy.db"
    "$@" "$T/copy.db"
    mv "$traffic" "$T/good.db"
    rm -f "$traffic-wal" "$traffic-shm"
    test ! -e "$T/copy.db" || mv "$T/copy.db" "$traffic"
    expect_logged "the messages' database is gone or replaced"
    test -z "$text" || expect_logged "$text"
    say "while $text" || true
    expect is_running "$BROKER_PID"
    rm -f "$traffic" "$traffic-wal" "$traffic-shm"
    mv "$T/good.db" "$traffic"
    expect wait_until 80 say "after $text"
}
# What becomes of the copy.
is_newer()
{
    sqlite3 "$1" 'PRAGMA user_version = 99' >"$T/out"
}
is_rubbish()
{
    head -c 20000 /dev/urandom >"$1"
}
is_damaged()
{
    head -c 8000 /dev/urandom |
        dd of="$1" bs=1 seek=100 conv=notrunc 2>"$T/err"
}
is_empty()
{
    : >"$1"
}

away 'newer iot-tpm (schema 99' is_newer
if test "${1:-}" = all; then
    away 'it is no database' is_rubbish
    away '' is_damaged
    away 'not a ' is_empty
fi

# What stands before it is removed, and made again by whoever comes next.
log_mark
rm -r "$traffic-intake"
expect_logged 'the messages before the database are gone or replaced'
expect wait_until 80 say 'after the folder was gone'
expect is_running "$BROKER_PID"

# All that was acknowledged.
for ((i = 0; i < 20; i++)); do
    pulled all >"$T/part"
    jq -r '.[].message.data | @base64d' "$T/part" >>"$T/got"
    test "$(jq length "$T/part")" -gt 0 || test "$i" -lt 2 || break
done
sort -u "$T/said" >"$T/said.sorted"
sort -u "$T/got" >"$T/got.sorted"
cat "$T/said"
expect test -z "$(comm -23 "$T/said.sorted" "$T/got.sorted")"
bridge_stop
