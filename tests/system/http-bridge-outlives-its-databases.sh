#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A database that is full, locked, may only be read, is gone, of another version
# or none at all: the HTTP bridge says so, answers 503 and goes on, by itself
# when that is mended.  What was answered 200 meanwhile is there, every message.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl sqlite3 jq

# Whoever may do everything is never told no, so the bridge is somebody else.
as=()
if test "$(id -u)" = 0; then
    need setpriv
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
http_as "${as[@]}"
chmod 755 "$T"

# theirs FILE...: the bridge's group has its part of these.
theirs()
{
    test "$(id -u)" != 0 || chgrp nogroup "$@"
}

# A disk that fills up.  Where none may be mounted a limit stands in for it.
disk_make "$T/disk" 1m || echo 700 >"$T/limit"
theirs "$T/disk"
chmod 2770 "$T/disk"
traffic=$T/disk/traffic.db

# sends [TEXT]: publish the next number; those answered 200 are in $T/taken.
number=0
sends()
{
    number=$((number + 1))
    printf '{"binary_data":"%s"}' "$(printf '%08d%s' "$number" "${1:-}" |
        openssl_plain base64 -A)" >"$T/body"
    status=$(call dev-1 "$token" :publishEvent --data-binary "@$T/body") ||
        die "curl fails: $(cat "$T/err")"
    test "$status" != 200 || printf '%08d\n' "$number" >>"$T/taken"
}
taken()
{
    sends "$@" && test "$status" = 200
}

# refused WHY [TEXT]: no message is taken, and the log has said why.
refused()
{
    sends "${2:-}"
    expect test "$status" = 503
    expect grep -qF '"status":"UNAVAILABLE"' "$T/out"
    expect_http_logged "$1"
}

# replace FILE COPY [MODE]: as somebody does who brings back a copy.
replace()
{
    cp "$2" "$1.copy"
    theirs "$1.copy"
    chmod "${3:-660}" "$1.copy"
    mv "$1.copy" "$1"
    rm -f "$1-wal" "$1-shm"
}

# whole FILE: all of a database is in its one file.
whole()
{
    sqlite3 "$1" 'PRAGMA wal_checkpoint(TRUNCATE)' >"$T/checkpoint"
    expect grep -q '^0|' "$T/checkpoint"
}

# altered FILE: a copy of it that a newer iot-tpm would have made.
altered()
{
    cp "$1" "$1.newer"
    sqlite3 "$1.newer" 'PRAGMA user_version = 99; PRAGMA journal_mode = DELETE' \
        >"$T/mode"
    echo "$1.newer"
}

site_make
theirs "$T/ca/server.key" "$DATABASE"*
chmod 640 "$T/ca/server.key"
chmod 755 "$T/ca"
device_make dev-1 ec
registry_do topics create events --project "$PROJECT" --traffic "$traffic"
registry_do subscriptions create all --topic events --project "$PROJECT" \
    --traffic "$traffic"
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=events
token=$(token dev-1)
echo rubbish >"$T/rubbish"
http_start --traffic "$traffic"

# Full.
expect taken
large=$(head -c 60000 /dev/zero | tr '\0' x)
for ((i = 0; i < 40; i++)); do
    taken "$large" || break
done
expect test "$i" -gt 2
refused "traffic $traffic: " "$large"
expect test "$(call dev-1 "$token" /config)" = 200
if test -s "$T/limit"; then
    http_stop
    rm "$T/limit"
    http_start --traffic "$traffic"
else
    disk_grow "$T/disk" 16m
fi
expect taken "$large"

# Locked, by somebody who takes his time.
mkfifo "$T/lock"
sqlite3 "$traffic" <"$T/lock" >"$T/locked" &
STARTED+=("$!")
exec 7>"$T/lock"
echo 'BEGIN IMMEDIATE; SELECT 1;' >&7
wait_until 10 test -s "$T/locked"
refused 'somebody else is writing to it'
exec 7>&-
wait "${STARTED[-1]}"
expect taken

# The messages' database is gone, to be read only, newer, none.
http_mark
mv "$traffic" "$traffic.away"
expect_http_logged "the messages' database is gone or replaced"
refused "no traffic $traffic"
mv "$traffic.away" "$traffic"
expect_http_logged "the messages' database is open"
expect taken
# breaks COPY MODE TEXT: this one instead is no good; the good one is again.
breaks()
{
    whole "$traffic"
    cp "$traffic" "$T/good"
    http_mark
    replace "$traffic" "$1" "$2"
    refused "$3"
    http_mark
    replace "$traffic" "$T/good"
    expect_http_logged "the messages' database is open"
    expect taken
}
whole "$traffic"
breaks "$traffic" 440 'it may only be read'
breaks "$(altered "$traffic")" 660 'was written by a newer iot-tpm (schema 99'
breaks "$T/rubbish" 660 'it is no database'

# The registry likewise.
whole "$DATABASE"
cp "$DATABASE" "$T/registry"
before=$(sqlite3 "$T/registry" .dump | sha256sum)
http_mark
mv "$DATABASE" "$DATABASE.away"
expect_http_logged 'the registry is gone or replaced'
refused 'the registry cannot be asked'
http_mark
replace "$DATABASE" "$(altered "$T/registry")" 640
refused 'was written by a newer iot-tpm (schema 99'
http_mark
replace "$DATABASE" "$T/rubbish" 640
refused 'it is no database'
http_mark
mv "$DATABASE.away" "$DATABASE"
registry_do registries list "${WHERE[@]}" >"$T/out"
theirs "$DATABASE"*
expect_http_logged 'the registry is open'
expect taken
expect test "$(sqlite3 "$DATABASE" .dump | sha256sum)" = "$before"
http_stop

# Nothing that was answered 200 is missing, and nothing else is there.
registry_do subscriptions pull all --project "$PROJECT" --traffic "$traffic" \
    --auto-ack --limit 1000000 --json >"$T/pulled.json"
jq -r '.[].message.data | @base64d' "$T/pulled.json" | cut -c 1-8 | sort \
    >"$T/pulled"
expect test "$(wc -l <"$T/taken")" -gt 10
expect cmp "$T/taken" "$T/pulled"
