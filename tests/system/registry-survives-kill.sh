#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-registry is killed at any moment: the database stays intact, what was
# reported done is there, and no device is there by half.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

# At least so many kills, and as many more as it takes until so many devices
# were registered, on a slow machine too.
kills=40
devices_least=10
kills_most=400

cd "$T"
key_make ec ec.key
head -c 20000 /dev/zero | tr '\0' x >large
expect_ok registries create factory

# register: one device after the other, each whole with a key and metadata;
# "done" gets the number of each that was reported done.
register()
{
    local i
    for ((i = 0; ; i++)); do
        devices create "device-$1-$i" --public-key path=ec.key.pub,type=es256 \
            --metadata-from-file large=large 2>/dev/null || exit 1
        echo "device-$1-$i" >>"$T/done"
    done
}

# kill_tree ID: the shell that loops, and then the program it runs just now,
# of which the shell is the parent.
kill_tree()
{
    local child
    kill -STOP "$1"
    child=$(cat "/proc/$1/task/$1/children")
    # shellcheck disable=SC2086
    kill -KILL $child "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# A kill comes within the time that three take on this machine, as it is now.
begin=${EPOCHREALTIME/[.,]/}
expect_ok devices create before-1
three=$(((${EPOCHREALTIME/[.,]/} - begin) * 3))

touch done
round=0
while test "$round" -lt "$kills" ||
    test "$(wc -l <done)" -lt "$devices_least"; do
    test "$round" -lt "$kills_most" || die "nothing is ever done"
    round=$((round + 1))
    register "$round" &
    pid=$!
    STARTED+=("$pid")
    after=$((RANDOM * three / 32768))
    sleep "$((after / 1000000)).$(printf %06d $((after % 1000000)))"
    kill_tree "$pid"
done
expect is_intact
expect test -z "$(ask "SELECT id FROM device WHERE id <> 'before-1' EXCEPT
    SELECT id FROM device JOIN credential ON credential.device = num_id
    JOIN metadata ON metadata.device = num_id")"
ask "SELECT id FROM device WHERE id <> 'before-1'" | sort >there
sort done >reported
expect test -z "$(comm -23 reported there)"
# At most the one in the making was committed and not reported.
expect test "$(comm -13 reported there | wc -l)" -le "$round"
expect_ok devices create after-1
