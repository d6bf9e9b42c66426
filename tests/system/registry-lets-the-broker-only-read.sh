#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A user who is only in the database's group, as the broker is, reads all there
# is, also while somebody writes or after a writer died, and writes nothing.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3 setpriv
test "$(id -u)" = 0 || skip "only root can be somebody else for a while"

umask 027
expect_ok registries create factory
for ((i = 0; i < 20; i++)); do
    expect_ok devices create "device-$i"
done
chmod 750 "$T"
# The build may lie where nobody else may look.
install -m 755 "$(command -v iot-registry)" "$T/bin"
chmod 755 "$T/bin"
chgrp nogroup "$T" "$IOT_REGISTRY_DATABASE"*
# as_reader CMD…: as a user who is only in the file's group, as the broker is.
as_reader()
{
    setpriv --reuid=nobody --regid=nogroup --clear-groups \
        "$T/bin/iot-registry" "$@" "${PLACE[@]}" --registry factory
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
