#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A database that is missing, damaged, somebody else's or of another
# version: a sentence, exit 1, and the file is as it was.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

good=$T/good.db
head -c 2000 /dev/zero | tr '\0' x >"$T/text"
IOT_REGISTRY_DATABASE=$good expect_ok registries create factory
for ((i = 0; i < 20; i++)); do
    IOT_REGISTRY_DATABASE=$good expect_ok devices create "device-$i" \
        --metadata-from-file "text=$T/text"
done
sqlite3 "$good" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null

# fresh: a copy of the good one, for spoiling.
fresh()
{
    rm -f "$IOT_REGISTRY_DATABASE"*
    cp "$good" "$IOT_REGISTRY_DATABASE"
}

# refused TEXT: reading and writing both fail so, and change nothing.
refused()
{
    local before
    before=$(sha256sum <"$IOT_REGISTRY_DATABASE")
    expect_fail 1 "$1" devices list
    expect_fail 1 "$1" devices create new-1
    expect_fail 1 "$1" registries create new-1
    expect test "$(sha256sum <"$IOT_REGISTRY_DATABASE")" = "$before"
}

# control: the same steps on a good one.
fresh
expect_ok devices list
expect_ok devices create new-1

# Nothing there, or no file.
rm -f "$IOT_REGISTRY_DATABASE"*
expect_fail 1 'No such file' devices list
expect_fail 1 'No such file' devices create new-1
expect test ! -e "$IOT_REGISTRY_DATABASE"
mkdir "$T/folder"
expect_fail 1 'Is a directory' iot-registry devices list "${PLACE[@]}" \
    --registry factory --database "$T/folder"
expect_fail 1 'No such file' iot-registry registries create factory \
    "${PLACE[@]}" --database "$T/none/registry.db"

# Another version, another program's, no database at all.
fresh
ask 'PRAGMA user_version = 99' >/dev/null
refused 'newer iot-tpm (schema 99'
fresh
ask 'PRAGMA application_id = 1' >/dev/null
refused 'not a registry of iot-tpm'
: >"$IOT_REGISTRY_DATABASE"
refused 'not a registry of iot-tpm'
head -c 8192 /dev/urandom >"$IOT_REGISTRY_DATABASE"
refused 'it is no database'

# What somebody wrote into it past us does not reach a terminal.
fresh
ask "UPDATE device SET id = char(27, 155) || '[31mred' WHERE id = 'device-7'"
expect_ok devices list
expect grep -q '^\\x1b\\xc2\\x9b\[31mred  *[1-9]' "$T/out"
for format in json yaml; do
    expect_ok devices list --format "$format"
    expect grep -q 'u001[bB]' "$T/out"
    expect_not grep -q "$(printf '\033')" "$T/out"
    expect_not grep -q "$(printf '\302\233')" "$T/out"
done

# Damaged: cut short, and overwritten in the middle.
fresh
truncate -s 16384 "$IOT_REGISTRY_DATABASE"
expect_fail 1 'it is damaged' devices list
fresh
size=$(stat -c %s "$IOT_REGISTRY_DATABASE")
head -c $((size - 8192)) /dev/zero |
    dd of="$IOT_REGISTRY_DATABASE" bs=4096 seek=1 conv=notrunc 2>/dev/null
expect_fail 1 'it is damaged' devices list
expect_fail 1 'it is damaged' devices create new-1
