#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A service account of the site sees who published beside what was published,
# also what was published while it was away, and also after the broker was
# started anew.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd

site_make
device_make dev-1 rsa
device_make dev-2 ec
device_make d+1 ec
bridge_start
path=$(path_of dev-1)
number=$(number_of dev-1)

# pull COUNT: in $T/pulled what the durable subscription has, when there are as
# many lines.  Not by -C: mosquitto_sub then goes without acknowledging.
pull()
{
    : >"$T/pulled"
    background "$T/pulled" site_sub -c -q 1 -i iotpull -t "$EVERYTHING" -v
    wait_until 10 has_lines "$1" || cat "$T/pulled"
    sleep 0.5
    stop_pid "$STARTED_PID"
}
has_lines()
{
    test "$(wc -l <"$T/pulled")" -ge "$1"
}

# Identity in the topic, and for MQTT 5 in user properties.
background "$T/seen" site_sub -V mqttv5 -i live -t "$EVERYTHING" \
    -t 'projects/+/locations/+/registries/+/devices/+/state' -F '%t|%p|%P'
subscribed live
expect_ok publish dev-1 "$(token dev-1)"
expect_ok publish dev-1 "$(token dev-1)" -t /devices/dev-1/events/a/b -m below
expect_ok publish dev-1 "$(token dev-1)" -t /devices/dev-1/state -m on
expect_ok publish "$number" "$(token dev-1)" -m 'by number'
identity="deviceId:dev-1 deviceNumId:$number deviceRegistryId:$REGISTRY"
identity+=" deviceRegistryLocation:$REGION projectId:$PROJECT"
expect wait_until 10 grep -q 'by number' "$T/seen"
expect grep -qxF "$path/events|hello|$identity subFolder:" "$T/seen"
expect grep -qxF "$path/events/a/b|below|$identity subFolder:a/b" "$T/seen"
expect grep -qxF "$path/state|on|$identity subFolder:" "$T/seen"
expect grep -qxF "$path/events|by number|$identity subFolder:" "$T/seen"

# An id may have a "+", and a topic may not.
expect_ok publish "$(number_of d+1)" "$(token d+1)" -m plus
expect wait_until 10 grep -q 'devices/d%2B1/events|plus|deviceId:d+1 ' \
    "$T/seen"

# Any bytes are passed on as they are.
head -c 5000 /dev/urandom >"$T/bytes"
background "$T/bytes.got" site_sub -i bytes -t "$path/events/bytes" -C 1 -N
reader=$STARTED_PID
subscribed bytes
expect_ok publish dev-1 "$(token dev-1)" -t /devices/dev-1/events/bytes \
    -f "$T/bytes"
expect wait_until 10 test ! -e "/proc/$reader" || wait "$reader"
expect cmp "$T/bytes" "$T/bytes.got"

# A durable subscription.
expect_ok site_sub -c -q 1 -i iotpull -t "$EVERYTHING" -E
for n in 1 2 3; do
    expect_ok publish dev-1 "$(token dev-1)" -m "away $n"
done
expect_ok publish dev-2 "$(token dev-2)" -m 'away 4'
pull 4
expect diff <(printf "$path/events away %s\n" 1 2 3 &&
    echo "$(path_of dev-2)/events away 4") "$T/pulled"
# It has them once, and another one has not subscribed in time.
expect_ok publish dev-1 "$(token dev-1)" -m 'away 5'
site_sub -c -q 1 -i other -t "$EVERYTHING" -v -W 1 >"$T/other" 2>&1 || true
expect_not grep -q away "$T/other"
pull 1
expect diff <(echo "$path/events away 5") "$T/pulled"

# Over a restart: subscription and messages.
expect_ok publish dev-1 "$(token dev-1)" -m 'before'
bridge_stop
bridge_start
expect_ok publish dev-1 "$(token dev-1)" -m 'after'
# SIGHUP asks about everybody again, and about absent ones too.
kill -HUP "$BROKER_PID"
expect_logged 'Reloading config'
expect_ok publish dev-1 "$(token dev-1)" -m 'after SIGHUP'
pull 3
expect diff <(printf "$path/events %s\n" before after 'after SIGHUP') "$T/pulled"
bridge_stop
