#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device publishes to its events and state and subscribes to its config and
# commands.  Whatever else it publishes ends its connection, and never arrives;
# whatever else it subscribes to is refused.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
device_make dev-1 ec
device_make dev-2 ec
# An account that sees everything, whatever the topic.
printf 'topic read #\ntopic write control/#\n' >>"$T/site.acl"
bridge_start
number=$(number_of dev-1)
token dev-1 >"$T/token"
background "$T/seen" site_sub -i everything -t '#' -q 1 -F '%t %r %l'
subscribed everything

# as_device STEP…: what the bridge answers dev-1, one word after the other.
as_device()
{
    expect_ok raw --id "$(path_of dev-1)" --user '' \
        --password-file "$T/token" "$@"
    answers=$(sed 1d "$T/out" | tr '\n' ' ')
}

# allowed ANSWERS STEP…, and the connection stays.
allowed()
{
    local wanted=$1
    shift
    as_device "$@" ping
    expect test "$answers" = "$wanted PINGRESP "
}

# ends WHY STEP…: the device's connection is closed with no answer.
ends()
{
    local why=$1
    shift
    log_mark
    as_device "$@" ping
    expect test "$answers" = 'CLOSED '
    test -z "$why" || expect_logged "$why"
}

allowed 'PUBACK PINGRESP PUBACK PUBACK PUBACK' \
    publish /devices/dev-1/events 1 publish /devices/dev-1/events 0 \
    publish "/devices/$number/events" 1 publish /devices/dev-1/events/a/b 1 \
    publish /devices/dev-1/state 1
ends "the topic is another device's" publish /devices/dev-2/events 1
ends "the topic is another device's" publish /devices/dev-2/events 0
ends "the topic is another device's" publish /devices/dev-2/state 1
ends "the topic is another device's" publish /devices/17/events 1
ends 'devices have no such topic' publish /devices/dev-1/state/a 1
ends 'devices have no such topic' publish /devices/dev-1/other 1
ends 'devices have no such topic' publish /devices/dev-1 1
ends 'devices have no such topic' publish devices/dev-1/events 1
ends 'devices have no such topic' publish "$(path_of dev-1)/events" 1
ends 'devices have no such topic' publish "$(path_of dev-2)/events" 1
ends 'that is not for this topic: config cannot be published' \
    publish /devices/dev-1/config 1
ends 'commands cannot be published' publish /devices/dev-1/commands/a 1
ends 'attach cannot be published' publish /devices/dev-1/attach 1
# mosquitto drops this one itself, and acknowledges it; no plugin is asked.
allowed PUBACK publish '$SYS/broker/uptime' 1
ends '' publish '$CONTROL/dynamic-security/v1' 1
ends '' publish '/devices/dev-1/events/+' 1

# Quality of service: 0 and 1.
ends 'Too high QoS in PUBLISH' publish /devices/dev-1/events 2

# Size: the limit and one byte more, of telemetry, of state, of any packet.
allowed PUBACK publish /devices/dev-1/events 1 0 262144
ends '262145 bytes, and at most 262144' publish /devices/dev-1/events 1 0 262145
allowed PUBACK publish /devices/dev-1/state 1 0 65536
ends '65537 bytes, and at most 65536' publish /devices/dev-1/state 1 0 65537
ends '' publish /devices/dev-1/events 1 0 1000000

# The retain bit is taken and dropped; that of the site is not.
allowed PUBACK publish /devices/dev-1/events/kept 1 1
expect_ok mosquitto_pub --unix "$SITE_SOCKET" -u iotpull -P secret -q 1 -r \
    -i control -t control/kept -m control
site_sub -i late -t '#' --retained-only -W 2 -F %t >"$T/kept" 2>&1 || true
expect grep -qx control/kept "$T/kept"
expect_not grep -q events "$T/kept"

# A last will is taken and dropped.
expect_ok raw --id "$(path_of dev-1)" --user '' --password-file "$T/token" \
    --will /devices/dev-1/events/will ping
expect grep -qx 'CONNACK 0' "$T/out"

# Filters: its own, granted at 1 though 2 is asked for; no others.
# Each time it gets its config, which is empty.
config='PUBLISH /devices/dev-1/config '
allowed "SUBACK 0 $config SUBACK 1 $config SUBACK 1 $config SUBACK 1 ${config/dev-1/$number}\
 SUBACK 1 SUBACK 1 SUBACK 1" \
    subscribe /devices/dev-1/config 0 subscribe /devices/dev-1/config 1 \
    subscribe /devices/dev-1/config 2 subscribe "/devices/$number/config" 1 \
    subscribe '/devices/dev-1/commands/#' 1 subscribe /devices/dev-1/commands 1 \
    subscribe /devices/dev-1/commands/a/b 1
foreign=(/devices/dev-2/config '/devices/dev-2/commands/#' /devices/+/config
    '/devices/dev-1/#' '/devices/#' '#' '+/#' '$SYS/#'
    '$share/g//devices/dev-1/config' /devices/dev-1/events
    "$EVERYTHING" "$(path_of dev-1)/events")
log_mark
steps=() refusals=
for filter in "${foreign[@]}"; do
    steps+=(subscribe "$filter" 1)
    refusals+='SUBACK 128 '
done
allowed "${refusals% }" "${steps[@]}"
for filter in "${foreign[@]}"; do
    expect_logged "the subscription $filter: "
done

# mosquitto keeps every filter, and those of a session that is not clean for
# good: names of subfolders are bounded, the others are few.
steps=() granted=
for ((i = 0; i < 100; i++)); do
    steps+=(subscribe "/devices/dev-1/commands/$i" 1)
    granted+='SUBACK 1 '
done
log_mark
allowed "${granted}SUBACK 128 SUBACK 1" "${steps[@]}" \
    subscribe /devices/dev-1/commands/100 1 \
    subscribe '/devices/dev-1/commands/#' 1
expect_logged 'subscription /devices/dev-1/commands/100: it has subscribed to 100'
allowed "SUBACK 128 SUBACK 1 SUBACK 1 $config" --flags 0xc0 \
    subscribe /devices/dev-1/commands/0 1 \
    subscribe '/devices/dev-1/commands/#' 1 subscribe /devices/dev-1/config 1
expect_logged 'subscription /devices/dev-1/commands/0: a session that is not clean'

# What arrived is what was allowed, and under no topic of a device.
expect_ok publish dev-1 "$(cat "$T/token")" -t /devices/dev-1/events/last
expect wait_until 10 grep -q events/last "$T/seen"
path=$(path_of dev-1)
sed 's/ .*//' "$T/seen" | grep -v -e ^control -e "^$path/connection$" | sort -u >"$T/topics"
printf '%s\n' "$path/events" "$path/events/a/b" "$path/events/kept" \
    "$path/events/last" "$path/state" | sort >"$T/wanted"
expect diff "$T/wanted" "$T/topics"
expect grep -qx "$path/events/kept 0 4" "$T/seen"
expect grep -qx "$path/events 0 262144" "$T/seen"
bridge_stop
