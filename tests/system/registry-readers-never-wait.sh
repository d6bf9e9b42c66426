#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# While somebody holds the writers' lock, readers read what was there before;
# another writer waits ten seconds, says so, and changes nothing.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

expect_ok registries create factory
expect_ok devices create device-1
mkfifo "$T/orders"
background "$T/writer.log" bash -c 'exec sqlite3 "$1" <"$2"' - \
    "$IOT_REGISTRY_DATABASE" "$T/orders"
exec 3>"$T/orders"
echo "BEGIN IMMEDIATE; UPDATE device SET blocked = 1; SELECT 'held';" >&3
wait_until 10 grep -q held "$T/writer.log"
expect_ok devices list
expect grep -q '^device-1 .* False$' "$T/out"
expect_ok devices describe device-1
expect_fail 1 'somebody else is writing to it' devices create device-2
expect_ok devices list
expect test "$(rows)" = 1
echo "COMMIT; SELECT 'let go';" >&3
wait_until 10 grep -q 'let go' "$T/writer.log"
expect_ok devices create device-2
expect_ok devices list
expect test "$(rows)" = 2
expect grep -q '^device-1 .* True$' "$T/out"
exec 3>&-
