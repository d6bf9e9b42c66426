#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A database that is missing, read-only, damaged, somebody else's or of another
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

# Somebody else has been writing for too long is another test's; here nobody
# may write: the owner of the file is not us, and reading still works.
test "$(id -u)" = 0 || skip "only root can be somebody else for a while"
need setpriv
fresh
chmod 640 "$IOT_REGISTRY_DATABASE"
chmod 750 "$T"
expect_ok registries list # the -wal and -shm files are there from now on
chgrp nogroup "$T" "$IOT_REGISTRY_DATABASE"*
# as_reader CMD…: as a user who is only in the file's group, as the broker is.
as_reader()
{
    setpriv --reuid=nobody --regid=nogroup --clear-groups \
        env "PATH=$PATH" iot-registry "$@" "${PLACE[@]}" --registry factory
}
expect_ok as_reader devices list
expect test "$(rows)" = 20
expect_fail 1 'may only be read' as_reader devices create new-1
expect_fail 1 'may only be read' as_reader devices delete device-1
# The reader sees what is written beside it, and afterwards.
expect_ok devices create new-1
expect_ok as_reader devices list
expect test "$(rows)" = 21
expect_ok devices delete new-1
expect_ok as_reader devices list
expect test "$(rows)" = 20
# A writer that dies leaves its work in the -wal file; the reader sees it.
mkfifo "$T/orders"
background "$T/writer.log" bash -c 'exec sqlite3 "$1" <"$2"' - \
    "$IOT_REGISTRY_DATABASE" "$T/orders"
exec 3>"$T/orders"
echo "UPDATE device SET blocked = 1; SELECT 'done';" >&3
wait_until 10 grep -q done "$T/writer.log"
stop_pid "$STARTED_PID" KILL
exec 3>&-
expect test -s "$IOT_REGISTRY_DATABASE-wal"
expect_ok as_reader devices list
expect test "$(grep -c True "$T/out")" = 20
expect_ok devices update device-0 --no-blocked
expect_ok as_reader devices list
expect test "$(grep -c True "$T/out")" = 19
# Without the two files a reader cannot come in, until the owner has been.
rm "$IOT_REGISTRY_DATABASE-wal" "$IOT_REGISTRY_DATABASE-shm"
expect_fail 1 'run iot-registry once as its owner' as_reader devices list
expect_ok registries list
expect_ok as_reader devices list
# A stranger to the group does not even read.
chgrp root "$IOT_REGISTRY_DATABASE"*
expect_fail 1 'registry' as_reader devices list
