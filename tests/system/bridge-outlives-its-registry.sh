#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The registry's database is missing, damaged, locked, unreadable, deleted,
# replaced: the broker runs on, devices are refused with a reason or stay, and
# all is well again by itself.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 sqlite3

# code_of DEVICE: the return code of its CONNECT.
code_of()
{
    raw --id "$(path_of "$1")" --user '' --password "$(token "$1")" |
        sed -n 's/^CONNACK //p'
}
refused()
{
    log_mark
    expect test "$(code_of "$1")" = 5
    expect_logged 'the registry cannot be asked'
}
is_admitted()
{
    test "$(code_of "$1")" = 0
}

site_make
device_make dev-1 ec
device_make stays-1 ec
mv "$DATABASE" "$T/good.db"
rm -f "$DATABASE"-*

# Not there; then there.
bridge_start
expect_logged 'no device is admitted until there is a registry'
refused dev-1
cp "$T/good.db" "$DATABASE"
expect wait_until 10 is_admitted dev-1
expect_logged 'the registry is open'

# Somebody is connected through all that follows.
background "$T/stays" raw --id "$(path_of stays-1)" --user '' \
    --password "$(token stays-1)" wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/stays"
device_make dev-2 ec

# Locked by a writer that does not come to an end: readers do not mind.
cat >"$T/hold.py" <<'END'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute(sys.argv[2])
if sys.argv[2] == 'BEGIN EXCLUSIVE':
    db.execute('CREATE TABLE held(a)')
print('held', flush=True)
time.sleep(100)
END
background "$T/held" python3 "$T/hold.py" "$DATABASE" 'BEGIN EXCLUSIVE'
holder=$STARTED_PID
expect wait_until 10 grep -q held "$T/held"
expect is_admitted dev-2
stop_pid "$holder"

# Damaged: in the middle of a copy that takes its place.
cp "$T/good.db" "$T/bad.db"
head -c 3000 /dev/urandom |
    dd of="$T/bad.db" bs=1 seek=100 conv=notrunc 2>/dev/null
mv "$T/bad.db" "$DATABASE"
rm -f "$DATABASE"-*
expect_logged 'the registry is gone or replaced'
refused dev-2
# No database at all, and an empty one.
for content in 'this is no database' ''; do
    printf %s "$content" >"$T/bad.db"
    mv "$T/bad.db" "$DATABASE"
    rm -f "$DATABASE"-*
    sleep 1.2
    refused dev-2
done
# Of a newer iot-tpm.
cp "$T/good.db" "$T/bad.db"
sqlite3 "$T/bad.db" 'PRAGMA user_version = 99'
log_mark
mv "$T/bad.db" "$DATABASE"
rm -f "$DATABASE"-*
expect_logged 'was written by a newer iot-tpm (schema 99'
refused dev-2
# Deleted.
rm -f "$DATABASE"
sleep 1.2
refused dev-2

# Put back: the one with dev-1 only.
cp "$T/good.db" "$DATABASE"
expect wait_until 10 is_admitted dev-1
expect test "$(code_of dev-2)" = 5
expect_logged 'there is no such device'

# Who was connected was never cut off.
expect is_running "$BROKER_PID"
sleep 1.2
expect_not grep -q CLOSED "$T/stays"
bridge_stop

# Held by somebody who lets nobody read when the broker starts: it is not told
# to make one, and needs no hand when that somebody has gone.
log_mark
sed "s/db.execute(sys/db.execute('PRAGMA locking_mode = EXCLUSIVE'); db.execute(sys/" \
    "$T/hold.py" >"$T/hold-all.py"
rm -f "$DATABASE"-*
background "$T/held-all" python3 "$T/hold-all.py" "$DATABASE" 'BEGIN EXCLUSIVE'
holder=$STARTED_PID
expect wait_until 10 grep -q held "$T/held-all"
bridge_start
expect_logged "no device is admitted until $DATABASE can be read"
refused dev-1
stop_pid "$holder"
expect wait_until 20 is_admitted dev-1
bridge_stop
