#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Section 7's bounds on what one registry, device or gateway may have: the last
# that there is room for is taken, and the next one refused.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3

cd "$T"
# numbers N: the table n(i) of 1 to N, for what follows in SQL.
numbers()
{
    echo "WITH RECURSIVE n(i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
}
# letters N: so many.
letters()
{
    head -c "$1" /dev/zero | tr '\0' a
}

# Identifiers, of both.
id=$(letters 255)
expect_ok registries create "$id"
expect_fail 2 'longer than 255 bytes' registries create "${id}a"
expect_fail 1 'no id of a registry' registries create ab
expect_ok registries delete "$id"
expect_ok registries create factory
expect_ok devices create "$id"
expect_fail 2 'longer than 255 bytes' devices create "${id}a"
expect_ok devices delete "$id"

# A hundred registries of a project in a location, and others elsewhere.
expect_ok ask "$(numbers 98) INSERT INTO registry (project, location, id,
    mqtt_enabled, http_enabled, log_level, created)
    SELECT 'home', 'attic', 'plant-' || i, 1, 1, 10, 0 FROM n"
expect_ok registries create the-100th
expect_fail 1 'at most 100 registries' registries create the-101st
expect_ok iot-registry registries create elsewhere --project home \
    --region cellar
expect_ok registries delete plant-1
expect_ok registries create the-101st

# Ten topics.
events=(--event-notification-config topic=topic-0)
for i in {1..9}; do
    events=(--event-notification-config "topic=topic-$i,subfolder=s-$i"
        "${events[@]}")
done
expect_ok registries update factory "${events[@]}"
expect_fail 1 'more than 10' registries update factory \
    --event-notification-config topic=more,subfolder=s-0 "${events[@]}"

# Ten configurations are kept, and they have 64 KB.
expect_ok devices create sensor-1
letters 65537 >large
for i in {1..11}; do
    letters 65536 >most
    expect_ok devices configs update --device sensor-1 --config-file most
done
expect_fail 1 '65536 bytes' devices configs update --device sensor-1 \
    --config-file large
expect_ok devices configs list --device sensor-1 --format 'value(version)'
expect test "$(paste -sd ' ' out)" = '12 11 10 9 8 7 6 5 4 3'
expect test "$(ask 'SELECT count(*) FROM config')" = 10

# Ten thousand devices of a gateway, and ten gateways of a device.
bind()
{
    iot-registry devices gateways bind --project home --gateway "$1" \
        --gateway-region attic --gateway-registry factory --device "$2"
}
gateway()
{
    expect_ok devices create "$1" --device-type gateway \
        --auth-method association-only
}
expect_ok devices create sensor-2
gateway gateway-1
of="(SELECT num_id FROM device WHERE id = 'gateway-1')"
factory="(SELECT key FROM registry WHERE id = 'factory')"
expect_ok ask "$(numbers 9999) INSERT INTO device SELECT i, $factory,
    'bound-' || i, 0, 0, 0, 0, 0, 0 FROM n;
    INSERT INTO binding SELECT $of, num_id FROM device
    WHERE id LIKE 'bound-%'"
expect_ok bind gateway-1 sensor-1
expect_fail 1 'at most 10000 devices' bind gateway-1 sensor-2
expect_ok bind gateway-1 sensor-1
for i in {2..11}; do
    gateway "gateway-$i"
    expect_ok bind "gateway-$i" sensor-2
done
gateway gateway-12
expect_fail 1 'at most 10 gateways' bind gateway-12 sensor-2
expect_ok bind gateway-12 sensor-1
expect is_intact
