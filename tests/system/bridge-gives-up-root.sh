#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Started as root, the broker becomes the user mosquitto and still reads the
# registry, to which that user may not write, and sees what root changes in it.
# So does the HTTP bridge, which is that user from the start.  Neither has any
# file of the registry open in a way that would let it write.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd python3 runuser setpriv curl sqlite3
test "$(id -u)" = 0 || skip 'this is not root'
id mosquitto >/dev/null 2>&1 || skip 'there is no user mosquitto'
case $T/ in /tmp/*) ;; *) skip "others may not enter $T" ;; esac

# As iot-mqtt-bridge(8) and iot-registry(1) say under FILES.
chmod 711 "$T"
mkdir "$T/data"
chgrp mosquitto "$T/data"
chmod 2750 "$T/data"
DATABASE=$T/data/registry.db
export IOT_REGISTRY_DATABASE=$DATABASE
site_make
device_make dev-1 ec
chown -R mosquitto "$T/state"
mkdir "$T/run"
chown mosquitto "$T/run"
chgrp -R mosquitto "$T/ca" "$T/site.passwords"
chmod 640 "$T/ca/server.key" "$T/site.passwords"

# That user may not be allowed into the folder of the build.
plugin=$BUILD_ROOT/apps/iot_mqtt_bridge.so
cp "$plugin" "$(ldd "$plugin" | awk '/libiotjwt/ {print $3}')" "$T/run"
BRIDGE_PLUGIN=$T/run/iot_mqtt_bridge.so
export LD_LIBRARY_PATH=$T/run

SITE_SOCKET=$T/run/site.sock
sed "s|$T/site.sock|$SITE_SOCKET|" -i "$T/bin/site_sub"
BROKER_USER=mosquitto bridge_start
expect_logged 'the registry is open'
expect test "$(stat -c %U "/proc/$BROKER_PID")" = mosquitto
expect test "$(stat -c '%U %a' "$SITE_SOCKET")" = 'mosquitto 770'
expect_not runuser -u mosquitto -- test -w "$DATABASE"

# only_reads PID: of the registry's files it has some open, none for writing.
only_reads()
{
    local fd flags count=0
    for fd in "/proc/$1/fd"/*; do
        case $(readlink "$fd") in
        "$DATABASE"*) ;;
        *) continue ;;
        esac
        flags=$(awk '$1 == "flags:" {print $2}' "/proc/$1/fdinfo/${fd##*/}")
        test $((0$flags & 3)) = 0 || return 1
        count=$((count + 1))
    done
    test "$count" -gt 0
}
expect only_reads "$BROKER_PID"

background "$T/seen" site_sub -i live -t "$EVERYTHING" -v
subscribed live
expect_ok publish dev-1 "$(token dev-1)"
expect wait_until 10 grep -qx "$(path_of dev-1)/events hello" "$T/seen"
# What root changes is seen.
device_make dev-2 ec
expect_ok publish dev-2 "$(token dev-2)"
background "$T/stays" raw --id "$(path_of dev-2)" --user '' \
    --password "$(token dev-2)" wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/stays"
device update dev-2 --blocked
expect wait_until 10 grep -qx CLOSED "$T/stays"
expect only_reads "$BROKER_PID"

# The HTTP bridge, beside it.
registry_do topics create events --project "$PROJECT"
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=events
http_as setpriv --reuid=mosquitto --regid=mosquitto --clear-groups
http_start
expect test "$(stat -c %U "/proc/$HTTP_PID")" = mosquitto
publishes dev-1 "$(token dev-1)"
expect only_reads "$HTTP_PID"
refuses 403 PERMISSION_DENIED 'the device is blocked' \
    dev-2 "$(token dev-2)" :publishEvent -d '{}'
device update dev-2 --no-blocked
publishes dev-2 "$(token dev-2)"
# What it could not do if it wanted to, its user could not do either.
expect_error 'readonly database' runuser -u mosquitto -- sqlite3 "$DATABASE" \
    'UPDATE device SET blocked = 1'
expect_ok runuser -u mosquitto -- sqlite3 "$DATABASE" 'SELECT id FROM device'
http_stop
bridge_stop
