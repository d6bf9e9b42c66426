#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Service accounts come in by the site's socket and devices by TLS, and neither
# by the other's way; the listener for devices speaks TLS 1.2 and later.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

# code COMMAND…: its exit status is $CODE; mosquitto's clients exit with what
# CONNACK said.
code()
{
    CODE=0
    show "$@"
    timeout 20 "$@" >"$T/out" 2>"$T/err" </dev/null || CODE=$?
}

site_make
device_make dev-1 ec
bridge_start
site=(--unix "$SITE_SOCKET")
network=(-h 127.0.0.1 -p "$DEVICE_PORT" --cafile "$T/ca/root.crt")
path=$(path_of dev-1)
topic=(-t "$EVERYTHING" -E)

# A service account by the site's socket, and by the network.
code mosquitto_sub "${site[@]}" -i live -u iotpull -P secret "${topic[@]}"
expect test "$CODE" = 0
code mosquitto_sub "${network[@]}" -i live -u iotpull -P secret "${topic[@]}"
expect test "$CODE" = 5
expect_logged 'refused live from 127.0.0.1: the client id is no path'
code mosquitto_sub "${network[@]}" -i "$path" -u iotpull -P secret "${topic[@]}"
expect test "$CODE" = 5
code mosquitto_sub "${site[@]}" -i live -u iotpull -P wrong "${topic[@]}"
expect test "$CODE" = 5
code mosquitto_sub "${site[@]}" -i live "${topic[@]}"
expect test "$CODE" = 5

# A device by the network, and by the site's socket.
event=(-t /devices/dev-1/events -m hello -q 1)
code mosquitto_pub "${network[@]}" -i "$path" -u unused \
    -P "$(token dev-1)" "${event[@]}"
expect test "$CODE" = 0
log_mark
code mosquitto_pub "${site[@]}" -i "$path" -u unused \
    -P "$(token dev-1)" "${event[@]}"
expect test "$CODE" = 5
expect_logged "refused $path from $SITE_SOCKET: devices do not come this way"
# Nor with an account's password and a device's name.
code mosquitto_pub "${site[@]}" -i "$path" -u iotpull -P secret "${event[@]}"
expect test "$CODE" = 5
# A device that calls itself as an account does is still a device.
code mosquitto_pub "${network[@]}" -i "$path" -u iotpull \
    -P "$(token dev-1)" "${event[@]}"
expect test "$CODE" = 0
expect_ok raw --id "$path" --user iotpull --password "$(token dev-1)" \
    subscribe "$EVERYTHING" 1
expect grep -qx 'SUBACK 128' "$T/out"

# A service account only reads what its file says.
background "$T/seen" site_sub -i watcher -t '#' -v
subscribed watcher
code mosquitto_pub "${site[@]}" -i pusher -u iotpull -P secret -q 1 \
    -t "$path/events" -m forged
code mosquitto_pub "${network[@]}" -i "$path" -u unused \
    -P "$(token dev-1)" "${event[@]}"
expect wait_until 10 grep -qx "$path/events hello" "$T/seen"
expect_not grep -q forged "$T/seen"

# TLS, its versions, and no plain text.
for version in 1_2 1_3; do
    expect_ok openssl_plain s_client -connect "127.0.0.1:$DEVICE_PORT" \
        -CAfile "$T/ca/root.crt" -verify_return_error "-tls$version"
done
expect_error 'protocol version' openssl_plain s_client -tls1_1 \
    -cipher 'ALL:@SECLEVEL=0' -connect "127.0.0.1:$DEVICE_PORT"
code mosquitto_pub -h localhost -p "$DEVICE_PORT" -i "$path" -u unused \
    -P "$(token dev-1)" "${event[@]}"
expect test "$CODE" != 0
bridge_stop
