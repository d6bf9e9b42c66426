#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A connection ends when its token has expired, when its device is blocked or
# deleted or MQTT is disabled, and when the device connects again, under its id
# or its number; and for no other reason, not even SIGHUP.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
for n in 1 2 3 4 5 7; do
    device_make "dev-$n" ec
done
device_make rsa-1 rsa
bridge_start 'plugin_opt_skew 2' "plugin_opt_metrics $T/metrics"

# connected NAME DEVICE [KEY [TOKEN]]: a connection as DEVICE, which stays; what
# it sees goes to $T/NAME.  KEY is that of a device, its own unless said.
connected()
{
    local token=${4:-$(token "${3:-$2}")}
    background "$T/$1" raw --id "$(path_of "$2")" --user '' \
        --password "$token" wait 100
    expect wait_until 10 grep -qx 'CONNACK 0' "$T/$1"
}

# is_closed NAME, is_open NAME
is_closed()
{
    grep -qx CLOSED "$T/$1"
}
is_open()
{
    ! is_closed "$1"
}

connected stays dev-1
# With a user name; mosquitto takes an empty one for none.
background "$T/named" raw --id "$(path_of dev-5)" --user unused \
    --password "$(token dev-5)" wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/named"

# The token expires, and then the skew.
now=$(date +%s)
short=$(claims -10 1)
connected short rsa-1 rsa-1 "$(token_of rsa-1 "$short")"
expect wait_until 10 is_closed short
expect test $(($(date +%s) - now)) -ge 3
expired=${short##*:}
expect_logged "closed $(path_of rsa-1): its token has expired at $(date -u \
    -d "@${expired%?}" +%FT%TZ)"
expect wait_until 12 grep -qx 'iot_bridge_expiries_total 1' "$T/metrics"
log_mark
expect_ok raw --id "$(path_of rsa-1)" --user '' \
    --password "$(token_of rsa-1 "$(claims -10 -3)")"
expect grep -qx 'CONNACK 5' "$T/out"

# The registry changes.
connected blocked dev-2
device update dev-2 --blocked
expect wait_until 10 is_closed blocked
expect_logged "closed $(path_of dev-2): the device is blocked"
connected deleted dev-3
device delete dev-3
expect wait_until 10 is_closed deleted
expect_logged "closed $(path_of dev-3): there is no such device"
# The same id is another device, and gets in with its own key.
device_make dev-3 ec
connected again dev-3

# The key that it came with is taken away, and it keeps another.
key_make second ec
registry_do devices credentials create "${WHERE[@]}" --registry "$REGISTRY" \
    --device dev-7 --path "$T/second.pub" --type es256-pem
connected keyless dev-7

registry_do devices credentials delete 0 "${WHERE[@]}" \
    --registry "$REGISTRY" --device dev-7
expect wait_until 10 is_closed keyless
expect_logged "closed $(path_of dev-7): the key of its token is no longer"
connected second-key dev-7 second

# A second connection: the newer one stays.
connected first dev-4
connected second dev-4
expect wait_until 10 is_closed first
expect_logged "closed $(path_of dev-4): the device has another connection, from \
127.0.0.1; this one was from 127.0.0.1"
number=$(number_of dev-4)
connected third "$number" dev-4
expect wait_until 10 is_closed second
connected fourth dev-4
expect wait_until 10 is_closed third
expect_logged "closed $(path_of "$number"): the device has another connection"

# A signal to read the files anew closes nobody.
kill -HUP "$BROKER_PID"
expect_logged 'Reloading config'
sleep 2
for name in stays named again fourth; do
    expect is_open "$name"
done
device_make dev-6 ec
expect_ok publish dev-6 "$(token dev-6)"

# MQTT is disabled for all: all must go.
registry_do registries update "$REGISTRY" "${WHERE[@]}" --no-enable-mqtt-config
for name in stays named again fourth; do
    expect wait_until 10 is_closed "$name"
done
bridge_stop
