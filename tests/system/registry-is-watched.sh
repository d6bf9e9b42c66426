#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# watch prints what bridges write down of one registry, a line an event, and
# nothing of another one; what a stranger wrote reaches no terminal.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3
need jq

cd "$T"
# happen REGISTRY DEVICE KIND TEXT: as a bridge writes it down.
happen()
{
    sqlite3 -cmd '.timeout 5000' traffic.db "INSERT INTO event (at_ms, num_id,
        project, location, registry, device, kind, text)
        VALUES (1700000000123, 42, 'home', 'attic', '$1', '$2', '$3', $4)"
}
watch()
{
    iot-registry watch "${PLACE[@]}" --registry factory "$@"
}

expect_fail 1 'no traffic' watch
expect_ok registries create factory
expect test "$(stat -c %a traffic.db)" = 640
sqlite3 traffic.db 'DELETE FROM event'
happen factory sensor-1 CONNECT "'from 127.0.0.1'"
happen second sensor-1 CONNECT "'elsewhere'"
happen factory '' REFUSED "'no token' || char(27) || '[2J'"
expect_ok watch --from-start --limit 2
expect test "$(head -1 out)" = \
    '2023-11-14T22:13:20.123Z CONNECT    sensor-1 from 127.0.0.1'
expect test "$(tail -1 out)" = \
    '2023-11-14T22:13:20.123Z REFUSED    - no token\x1b[2J'
expect_ok watch --from-start --limit 2 --json
expect test "$(jq -s '.[0].eventType' out)" = '"CONNECT"'
expect test "$(jq -s '.[0].deviceNumId' out)" = '"42"'

# What operators change, whichever verb it is: by whom, with which options, of
# whose values none is told; not what they look at, nor what was refused to them.
in_factory()
{
    iot-registry "$@" "${PLACE[@]}" --registry factory >out 2>err
}
expect in_factory devices create sensor-3 --metadata secret=word
expect in_factory devices update sensor-3 --blocked
expect in_factory devices configs update --device sensor-3 \
    --config-data=secret
expect in_factory devices configs update --device sensor-3 \
    --config-data '-----BEGIN SECRET-----'
expect in_factory devices list
expect in_factory devices describe sensor-3
expect_not in_factory devices create sensor-3
expect in_factory devices delete sensor-3
expect_ok registries update factory --no-enable-mqtt-config
user=$(id -un)
expect_ok watch --from-start --limit 8
expect diff - <(tail -n +3 out | sed 's/^[^ ]* //') <<END
OPERATOR   sensor-3 devices create --metadata, by $user
OPERATOR   sensor-3 devices update --blocked, by $user
OPERATOR   sensor-3 devices configs update --config-data, by $user
OPERATOR   sensor-3 devices configs update --config-data, by $user
OPERATOR   sensor-3 devices delete, by $user
OPERATOR   - registries update --no-enable-mqtt-config, by $user
END

# Only what comes: one that is there already is not shown.
iot-registry watch "${PLACE[@]}" --registry factory --limit 1 >live &
pid=$!
STARTED+=("$pid")
opened()
{
    ls -l "/proc/$pid/fd" | grep -q 'traffic.db-shm'
}
wait_until 10 opened
sleep 0.3
happen second sensor-9 CONNECT "'elsewhere'"
happen factory sensor-2 DISCONNECT "'it went'"
expect wait "$pid"
expect test "$(cat live)" = \
    '2023-11-14T22:13:20.123Z DISCONNECT sensor-2 it went'

# A folder that hands its group down gives that group the traffic, whatever
# the umask; the registry is read by it, and no more.
mkdir site
chmod 2750 site
umask 022
IOT_REGISTRY_DATABASE=$T/site/registry.db
expect_ok registries create factory
expect test "$(stat -c %a site/traffic.db)" = 660
expect test "$(stat -c %a site/registry.db)" = 640
