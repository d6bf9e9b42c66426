#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When the disk is full, a registration fails with a sentence and leaves
# nothing behind; what was there can be read, and when there is room again it
# goes on.  A limit on the size of files stands in for the disk; where one may
# be mounted, a real one is filled too.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

# fill PREFIX: register with large metadata until it fails, at most 200 times.
fill()
{
    local i
    for ((i = 0; i < 200; i++)); do
        devices create "$1-$i" --metadata-from-file "large=$T/large" \
            >"$T/out" 2>"$T/err" || return 0
    done
    return 1
}

# within BYTES CMD…: no file may grow beyond this; a write that would gets an
# error, not a signal.
within()
{
    (
        trap '' XFSZ
        ulimit -f "$(($1 / 1024))"
        "${@:2}"
    )
}

head -c 30000 /dev/zero | tr '\0' x >"$T/large"
expect_ok registries create factory
expect_ok devices create first-1
size=$(stat -c %s "$IOT_REGISTRY_DATABASE")
expect within $((size + 300000)) fill limited
expect grep -q "registry $IOT_REGISTRY_DATABASE: " "$T/err"
expect test "$(wc -l <"$T/err")" = 1
expect is_intact
number=$(ask 'SELECT count(*) FROM device')
expect test "$number" -gt 1
expect_ok devices list
expect test "$(rows)" = "$number"
expect test "$(ask 'SELECT count(*) FROM metadata')" = $((number - 1))
expect_ok devices create after-1 --metadata-from-file "large=$T/large"

# A file system of 1 MB, if we may have one.
if disk_make "$T/disk" 1m; then
    IOT_REGISTRY_DATABASE=$T/disk/registry.db
    expect_ok registries create factory
    expect_ok devices create first-1
    expect fill real
    expect grep -qx "iot-registry: registry $IOT_REGISTRY_DATABASE: the disk is full; nothing was changed" "$T/err"
    expect is_intact
    number=$(ask 'SELECT count(*) FROM device')
    expect_ok devices list
    expect test "$(rows)" = "$number"
    expect_ok devices describe first-1
    disk_grow "$T/disk" 4m
    expect_ok devices create after-1 --metadata-from-file "large=$T/large"
    # Full before there is a database at all.
    dd if=/dev/zero of="$T/disk/ballast" 2>/dev/null || true
    IOT_REGISTRY_DATABASE=$T/disk/second.db
    expect_fail 1 'registry' registries create factory
    expect test ! -e "$IOT_REGISTRY_DATABASE"
    rm "$T/disk/ballast"
    expect_ok registries create factory
fi
