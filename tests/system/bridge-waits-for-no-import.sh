#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-registry is stopped in the middle of an import, with the writers' lock in
# its hand: devices come in and publish as if nothing were, and another one that
# wants to write waits.  When it goes on, all is there.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd sqlite3

site_make
keep_in all
device_make sensor-1 ec
bridge_start
cd "$T"
seq -f '{"id":"device-%05.0f"}' 1 20000 >many

# is_locked: somebody is writing to the registry.
is_locked()
{
    ! sqlite3 "$DATABASE" 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null
}
# stop_within: stop the import where it holds the lock.
stop_within()
{
    while is_running "$importer"; do
        kill -STOP "$importer"
        is_locked && return
        kill -CONT "$importer"
        sleep "0.00$((RANDOM % 9 + 1))"
    done
    return 1
}

background "$T/import.log" iot-registry devices import many "${WHERE[@]}" \
    --registry "$REGISTRY" --database "$DATABASE"
importer=$STARTED_PID
expect stop_within
raw --id "$(path_of sensor-1)" --user '' --password "$(token sensor-1)" \
    say /devices/sensor-1/events on ping >seen
expect grep -qx 'CONNACK 0' seen
expect grep -qx PUBACK seen
expect is_locked
background "$T/block.log" iot-registry devices update sensor-1 --blocked \
    "${WHERE[@]}" --registry "$REGISTRY" --database "$DATABASE"
expect is_running "$STARTED_PID"
kill -CONT "$importer"
expect wait_until 30 grep -qx 'Imported devices \[20000\]\.' import.log
expect wait_until 30 grep -qx 'Updated device \[sensor-1\]\.' block.log
expect_not grep -q 'somebody else is writing' "$BROKER_LOG"
