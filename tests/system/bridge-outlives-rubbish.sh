#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood of rubbish, before and after TLS, with and without CONNECT: the broker
# runs on, its memory and its log stay bounded, and a device that was connected
# notices nothing.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
device_make dev-1 ec
bridge_start
token dev-1 >"$T/token"
path=$(path_of dev-1)
background "$T/stays" raw --id "$path" --user '' --password-file "$T/token" \
    wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/stays"
device_make dev-2 ec
token dev-2 >"$T/token-2"

expect_ok python3 "$SOURCE_ROOT/tests/fixture/mqtt-flood.py" \
    --port "$DEVICE_PORT" --id "$path" --count 300
before=$(memory "$BROKER_PID")
log_mark
expect_ok python3 "$SOURCE_ROOT/tests/fixture/mqtt-flood.py" \
    --port "$DEVICE_PORT" --id "$path" --count 1500
after=$(memory "$BROKER_PID")
echo "memory before $before KB, after $after KB," \
    "$(wc -l <"$BROKER_LOG") lines of log"
cut -d' ' -f2-4 "$BROKER_LOG" | sort | uniq -c | sort -rn | head

# A device in all of that: one that was there, and one that comes.
expect is_running "$BROKER_PID"
expect_not grep -q CLOSED "$T/stays"
expect_ok raw --id "$(path_of dev-2)" --user '' --password-file "$T/token-2" \
    publish /devices/dev-2/events 1
expect grep -qx PUBACK "$T/out"
test -n "${TEST_PRELOAD:-}" || expect test "$after" -lt $((before + 8192))

# So are the broker's own, which some handshakes that fail bring.
handshakes()
{
    python3 - "$DEVICE_PORT" <<'END'
import socket, sys
for _ in range(3000):
    with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20) as plain:
        plain.sendall(b'GET / HTTP/1.1\r\n\r\n')
        try:
            plain.recv(100)
        except ConnectionResetError:
            pass
END
}
# How many do so depends on who is quicker, so there are more until it says so.
are_left_out()
{
    handshakes && logged 'the broker had '
}
log_mark
expect wait_until 40 are_left_out
expect test "$(tail -n "+$LOG_MARK" "$BROKER_LOG" | wc -l)" -lt 900

# The plugin's lines were bounded, and it says by how many.
LOG_MARK=1
refusals=$(grep -c ' event=refused ' "$BROKER_LOG")
expect test "$refusals" -le 700
expect_logged 'more such lines'
expect_logged 'the client id is no path'
bridge_stop
