#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Connections that are never finished, packets that are announced and never
# come or are beyond all bounds, a device and a reader of the site that do not
# read: devices publish all the while, and the reader misses nothing.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd mosquitto_sub /usr/bin/python3
load=$BUILD_ROOT/tests/fixture/mqtt-load

# What stays as it is until its input ends: 60 connections without a word, 60
# with half a ClientHello, 60 with TLS and no CONNECT, 60 with the beginning of
# a long one.
cat >"$T/hold.py" <<'END'
import socket, ssl, sys
port, held = int(sys.argv[1]), []
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
for i in range(240):
    held.append(socket.create_connection(('127.0.0.1', port), 20))
    if i % 4 == 1:
        held[-1].sendall(b'\x16\x03\x01\x02\x00\x01')
    if i % 4 > 1:
        held[-1] = context.wrap_socket(held[-1])
    if i % 4 > 2:
        held[-1].sendall(b'\x10\x80\x80\x10\0\4MQTT' + b'x' * 1000)
print('held', flush=True)
sys.stdin.read()
END
# A device that asks and asks and never reads what it is answered.
cat >"$T/deaf.py" <<'END'
import os, socket, ssl, struct, sys
def field(text):
    return struct.pack('>H', len(text)) + text.encode()
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
tls = context.wrap_socket(socket.create_connection(('127.0.0.1',
                                                    int(sys.argv[1])), 20))
body = b'\0\4MQTT\4\xc2\0\x3c' + field(sys.argv[2]) + field('x') + field(sys.argv[3])
tls.sendall(b'\x10' + bytes([len(body) % 128 | 128, len(body) // 128]) + body)
assert tls.recv(4) == b'\x20\2\0\0'
tls.settimeout(2)
try:
    for i in range(200):
        tls.sendall(b'\xc0\0' * 1000)
except OSError:
    pass
print('deaf', flush=True)
sys.stdin.read()
END

site_make
keep_in all
fleet good 4 ec
device_make large-1 ec
bridge_start
head -3 "$T/good" >"$T/devices"
read -r id token < <(tail -1 "$T/good")

# publishes COUNT: of each of three devices, one after the other: all are taken.
published=0
publishes()
{
    expect_ok "$load" publish "$DEVICE_PORT" "$T/ca/root.crt" "$T/devices" 3 \
        60 "$1" 1 0
    expect test "$(cut -d' ' -f1-3 "$T/err")" = "3 0 $((3 * $1))"
    published=$((published + 3 * $1))
}
# stays NAME PROGRAM ARGUMENT...: python that keeps its connections until the end.
stays()
{
    local name=$1 input
    shift
    mkfifo "$T/$name.in"
    /usr/bin/python3 "$@" <"$T/$name.in" >"$T/$name" 2>&1 &
    STARTED+=("$!")
    exec {input}>"$T/$name.in"
    expect wait_until 20 grep -qx "$name" "$T/$name"
}

background "$T/reader" site_sub -c -q 1 -i slow -t "$EVERYTHING" -v
reader=$STARTED_PID
subscribed slow
publishes 10
before=$(memory "$BROKER_PID")

kill -STOP "$reader"
stays held "$T/hold.py" "$DEVICE_PORT"
publishes 100
stays deaf "$T/deaf.py" "$DEVICE_PORT" "$id" "$token"
publishes 100

# As large as may be, and larger: that is not read, whoever it comes from.
token large-1 >"$T/token"
raw_large()
{
    raw --id "$(path_of large-1)" --user '' --password-file "$T/token" "$@"
}
expect_ok raw_large publish /devices/large-1/events 1 0 262144
expect grep -qx PUBACK "$T/out"
expect_ok raw_large publish /devices/large-1/events 1 0 270000
expect_not grep -qx PUBACK "$T/out"
expect grep -qx CLOSED "$T/out"
expect_ok raw --no-connect hex "10e0a7120004" wait 10
expect grep -qx CLOSED "$T/out"
publishes 100

after=$(memory "$BROKER_PID")
echo "memory before $before KB, after $after KB"
test -n "${TEST_PRELOAD:-}" || expect test "$after" -lt $((before + 65536))
expect_not grep -q CLOSED "$T/held"

# The reader reads again, and has missed nothing.
kill -CONT "$reader"
has_all()
{
    test "$(grep -c '/good-[0-9]*/events ' "$T/reader")" = "$published"
}
expect wait_until 20 has_all
bridge_stop
