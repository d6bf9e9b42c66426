#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When the disk is full a bridge is told so, so that it acknowledges nothing;
# what it was told is kept is there, and when there is room it goes on.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq
writer=$BUILD_ROOT/tests/fixture/traffic-writer

cd "$T"
pubsub()
{
    iot-registry "$@" --project home
}
# write FIRST: until it is refused.
write()
{
    timeout 30 "$writer" "$T/traffic.db" projects/home/topics/telemetry "$1" \
        2000 >>told 2>err
}
within()
{
    (
        trap '' XFSZ
        ulimit -f "$(($1 / 1024))"
        "${@:2}"
    )
}
count()
{
    sqlite3 traffic.db 'SELECT count(*) FROM message'
}

expect_ok pubsub topics create telemetry
expect_ok pubsub subscriptions create all --topic telemetry
touch told
expect_not within 1000000 write 1
expect grep -q "^traffic-writer: traffic $T/traffic.db: " err
expect test "$(wc -l <err)" = 1
first=$(wc -l <told)
expect test "$first" -gt 20
expect test "$(count)" = "$first"
expect test "$(sqlite3 traffic.db 'PRAGMA integrity_check')" = ok
# With room again.
expect_not within 3000000 write $((first + 1))
expect test "$(wc -l <told)" -gt "$first"
expect test "$(count)" = "$(wc -l <told)"
expect_ok pubsub subscriptions pull all --auto-ack --limit 100000 --json
expect test "$(jq length out)" = "$(wc -l <told)"
# No topic is no full disk: nothing is logged, and nothing written.
expect_ok pubsub topics delete telemetry
expect_not write 1
expect test ! -s err
