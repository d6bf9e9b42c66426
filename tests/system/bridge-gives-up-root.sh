#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Started as root, the broker becomes the user mosquitto and still reads the
# registry, to which that user may not write, and sees what root changes in it.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3 runuser
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
bridge_stop
