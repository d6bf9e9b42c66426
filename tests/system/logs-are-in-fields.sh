#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What happens is found in the bridges' logs by fields, without a look at a
# sentence: who, from where, why, with which token; and whatever somebody calls
# himself or his topics, the log has no line and no field of his making.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd python3 jq curl

# digest TOKEN: what stands for it in a log.
digest()
{
    printf %s "$1" | sha256sum | cut -c-16
}
# in_fields LOG: its lines, as JSON, in $T/lines.
in_fields()
{
    python3 "$SOURCE_ROOT/tests/fixture/fields.py" <"$1" >"$T/lines" ||
        die "$1 is not in fields"
}
# count FILTER: so many lines are such.
count()
{
    jq -s "map(select($1)) | length" "$T/lines"
}
as()
{
    expect_ok raw --id "$(path_of "$1")" --user '' --password "$2" "${@:3}"
}

site_make
device_make dev-1 ec
device_make dev-2 ec
gateway_make gw-1 association-only dev-2
one=$(token dev-1)
two=$(token dev-2)
bridge_start 'plugin_opt_drain_seconds 0'

# Refused: for the device, for the token, and with a name that lies.
lie='x" event=admitted device=dev-1 y="'
as nobody "$one"
as dev-1 "$two"
expect_ok raw --id "$lie" --user '' --password "$one"
# Let in, denied a subscription that lies too, pushed aside, ended for a topic,
# gone by itself.
background "$T/first" raw --id "$(path_of dev-1)" --user '' --password "$one" \
    subscribe "/devices/dev-1/$lie" ping wait 60
expect wait_until 10 grep -q PINGRESP "$T/first"
as dev-1 "$one" publish /devices/dev-1/nowhere 1
as dev-1 "$one" ping
# A gateway attaches, one is not to be attached, a third was not; and detaches.
as gw-1 "$(token gw-1)" say /devices/dev-2/attach '{}' \
    say /devices/dev-1/attach '{}' say /devices/dev-1/events x \
    say /devices/dev-2/detach '{}' ping
kill -HUP "$BROKER_PID"
expect_logged 'event=reload'
mv "$DATABASE" "$DATABASE.away"
expect_logged 'event=registry-gone'
log_mark
mv "$DATABASE.away" "$DATABASE"
expect_logged 'event=registry-open'
background "$T/last" raw --id "$(path_of dev-2)" --user '' --password "$two" \
    wait 60
expect wait_until 10 grep -qx 'CONNACK 0' "$T/last"
kill -RTMIN "$BROKER_PID"
expect wait_until 10 grep -qx CLOSED "$T/last"
bridge_stop
in_fields "$BROKER_LOG"

jq -r 'select(.event == "refused") | [.reason, .project, .device, .number,
    .client, .address, .token] | map(. // "-") | join(" ")' "$T/lines" \
    >"$T/refused"
expect diff - "$T/refused" <<END
unknown-device $PROJECT nobody - - 127.0.0.1 $(digest "$one")
signature $PROJECT dev-1 $(number_of dev-1) - 127.0.0.1 $(digest "$two")
path - - - $lie 127.0.0.1 $(digest "$one")
END
jq -r 'select(.device == "dev-1") |
    select(.event | IN("admitted", "denied", "closed", "gone")) |
    [.event, .reason, .number, .address, .token] | map(. // "-") |
    join(" ")' "$T/lines" >"$T/told"
from="$(number_of dev-1) 127.0.0.1"
expect diff - "$T/told" <<END
admitted - $from $(digest "$one")
denied topic $from -
closed take-over $from -
admitted - $from $(digest "$one")
closed topic $from -
admitted - $from $(digest "$one")
gone broken $from -
END
expect test "$(jq -r 'select(.event == "denied").topic' "$T/lines")" = \
    "/devices/dev-1/$lie"
expect test "$(jq -r 'select(.event == "closed" and .reason == "topic").topic' \
    "$T/lines")" = /devices/dev-1/nowhere
jq -r 'select(.gateway == "gw-1" or .event == "dropped") |
    [.event, .reason, .device, .topic] | map(. // "-") | join(" ")' \
    "$T/lines" >"$T/gateway"
expect diff - "$T/gateway" <<END
attached - dev-2 -
attach-refused not-bound dev-1 -
dropped not-attached gw-1 /devices/dev-1/events
detached - dev-2 -
END
expect test "$(count '.event == "reload"')" = 1
expect test "$(count ".file == \"$DATABASE\"")" -ge 3
expect test "$(count '.event == "draining" and .count == "1"')" = 1
expect test "$(count '.event == "closed" and .reason == "shutdown"')" = 1
expect test "$(count '.event == "broker" and .level == "info"')" -ge 2
expect test "$(count '.level | IN("error", "warning", "info") | not')" = 0

# By HTTP.
http_start
refuses 401 missing no-token dev-1 '' :publishEvent -d '{}'
refuses 403 permission reason=signature dev-1 "$two" :publishEvent -d '{}'
answers 400 '' dev-1 "$one" :publishEvent -d '{"binary_data":"=\"\n level=x"}'
cp "$T/ca/server.key" "$T/server.key"
echo rubbish >"$T/ca/server.key"
kill -HUP "$HTTP_PID"
expect_http_logged 'event=certificate-failed'
cp "$T/server.key" "$T/ca/server.key"
kill -HUP "$HTTP_PID"
expect_http_logged 'event=certificate-loaded'
http_stop
in_fields "$HTTP_LOG"
jq -r 'select(.event | IN("refused", "misunderstood", "draining",
    "certificate-failed", "certificate-loaded")) | [.level, .event, .reason, .device, .address,
    .token] | map(. // "-") | join(" ")' "$T/lines" | uniq >"$T/told"
expect diff - "$T/told" <<END
warning refused no-token dev-1 127.0.0.1 -
warning refused signature dev-1 127.0.0.1 $(digest "$two")
warning misunderstood - dev-1 127.0.0.1 -
error certificate-failed - - - -
info certificate-loaded - - - -
info draining - - - -
END
