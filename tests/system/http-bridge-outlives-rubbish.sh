#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is no request, too long, too slow or never comes does the HTTP bridge no
# harm: a device publishes after each.  It takes a new certificate at SIGHUP,
# and ends at SIGTERM when requests have ended.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl python3

# slow SCRIPT: python with a TLS connection s to the bridge; it prints what the
# test is to see.
slow()
{
    python3 - "$HTTP_PORT" "$T/ca/root.crt" "$path" "$token" <<END
import socket, ssl, sys, time
port, ca, path, token = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
def connect():
    context = ssl.create_default_context(cafile=ca)
    return context.wrap_socket(socket.create_connection(('localhost', port)),
                               server_hostname='localhost')
def head(length):
    return ('POST /v1/%s:publishEvent HTTP/1.1\\r\\nHost: localhost\\r\\n'
            'Authorization: Bearer %s\\r\\nContent-Length: %d\\r\\n\\r\\n'
            % (path, token, length)).encode()
s = connect()
s.settimeout(20)
$1
END
}

site_make
device_make ec-1 ec
registry_do registries update "$REGISTRY" "${WHERE[@]}" \
    --event-notification-config topic=events
http_start --timeout 2 --connections 20
registry_do topics create events --project "$PROJECT"
token=$(token ec-1)
path=$(path_of ec-1)
publishes ec-1 "$token"

# Rubbish, in TLS and instead of it.
(head -c 2000 /dev/urandom >"/dev/tcp/127.0.0.1/$HTTP_PORT") || true
(printf 'GET / HTTP/1.1\r\n\r\n' >"/dev/tcp/127.0.0.1/$HTTP_PORT") || true
expect_ok slow 's.sendall(b"\x00\xff" * 500 + b"\r\n\r\n")
print(s.recv(100)[:12])'
publishes ec-1 "$token"

# A body beyond all bounds, and one that is only beyond what telemetry may be.
head -c 600000 /dev/zero | tr '\0' A >"$T/large"
refuses 400 '"message":"The payload is too large or malformed.",' \
    'refused a request from 127.0.0.1' \
    ec-1 "$token" :publishEvent -H Expect: --data-binary "@$T/large"
{ printf '{"binary_data":"' && head -c 349528 "$T/large" && printf '"}'; } \
    >"$T/body"
refuses 400 INVALID_ARGUMENT 'the payload is too long' \
    ec-1 "$token" :publishEvent --data-binary "@$T/body"
answers 400 '"status":"INVALID_ARGUMENT"' ec-1 "$token" :publishEvent -d '{}' \
    -H "X-Long: $(head -c 20000 "$T/large")"
publishes ec-1 "$token"

# In pieces is fine; never whole, or never begun, is not.
expect_ok slow 'for byte in head(2) + b"{}":
    s.send(bytes([byte]))
print(s.recv(100)[:15])'
expect grep -q '200 OK' "$T/out"
expect_ok slow 'begun, silent = s, connect()
begun.sendall(head(100) + b"{")
silent.settimeout(20)
s = connect()
s.sendall(head(2)[:-2])
try:
    while True:
        s.send(b"X-Slow: x\r\n" if s.version() else b"")
        time.sleep(0.3)
except OSError:
    print("ended", begun.recv(100), silent.recv(100))'
expect grep -qFx "ended b'' b''" "$T/out"
expect test "$(counter iot_bridge_http_timeouts_total)" -ge 3

# Asks and asks, and reads nothing of the answers: neither they nor the other
# requests pile up, beyond what the kernel takes for us.
head -c 65000 /dev/zero >"$T/config"
registry_do devices configs update "${WHERE[@]}" --registry "$REGISTRY" \
    --device ec-1 --config-file "$T/config"
timeouts=$(counter iot_bridge_http_timeouts_total)
expect_ok slow 'request = (b"GET /v1/%s/config HTTP/1.1\r\nHost: x\r\n"
           b"Authorization: Bearer %s\r\n\r\n"
           % (path.encode(), token.encode()))
s.settimeout(0.5)
sent = 0
try:
    while sent < 3 << 24:
        sent += s.send(request * 16)
    print("still reads")
except OSError:
    print("is held up")
time.sleep(4)'
expect grep -q 'held up' "$T/out"
expect test "$(counter iot_bridge_http_timeouts_total)" -gt "$timeouts"
publishes ec-1 "$token"

# Gone before the answer, with a good-bye or without; what came is kept.
expect_ok slow 'import struct
for i in range(40):
    t = connect()
    t.sendall(head(2) + b"{}")
    if i % 2:
        t.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
    elif i % 4:
        t.settimeout(0.001)
        try:
            t.unwrap()
        except OSError:
            pass
    t.close()'
publishes ec-1 "$token"

# As many as may be, and more: the others wait until a silent one is put out.
expect_ok slow 'all = [socket.create_connection(("localhost", port))
       for i in range(15)] + [connect() for i in range(4)]
try:
    t = connect()
except OSError:
    t = connect()
t.sendall(head(2) + b"{}")
print(t.recv(100)[:15])'
expect grep -q '200 OK' "$T/out"
publishes ec-1 "$token"

# As few may be connected to the counters, no longer than others.
cat >"$T/watchers.py" <<'END'
import os, socket, sys, time
port, files = int(sys.argv[1]), '/proc/%s/fd' % sys.argv[2]
before = len(os.listdir(files))
all = [socket.create_connection(('127.0.0.1', port)) for i in range(40)]
all[0].sendall(b'GET /metrics HTTP/1.1\r\n')
most = 0
try:
    while True:
        all[0].sendall(b'X: x\r\n')
        time.sleep(0.1)
        most = max(most, len(os.listdir(files)) - before)
except OSError:
    print(most)
END
expect_ok python3 "$T/watchers.py" "$METRICS_PORT" "$HTTP_PID"
expect test "$(cat "$T/out")" = 16
expect test -n "$(counter iot_bridge_http_connections_total)"

# A new certificate for who comes; a bad one is told, and the old one stays.
before=$(openssl_plain x509 -in "$T/ca/server.crt" -noout -serial)
serial()
{
    openssl_plain s_client -connect "localhost:$HTTP_PORT" </dev/null \
        2>/dev/null | openssl_plain x509 -noout -serial
}
expect test "$(serial)" = "$before"
cp "$T/ca/server.key" "$T/ca/server.key.good"
echo rubbish >"$T/ca/server.key"
kill -HUP "$HTTP_PID"
expect_http_logged 'the old certificate stays'
publishes ec-1 "$token"
mv "$T/ca/server.key.good" "$T/ca/server.key"
ca_sign "$T/ca" "$T/ca/server.csr" "$T/ca/server-chain.crt" server
cat "$T/ca/iot-ca.crt" >>"$T/ca/server-chain.crt"
kill -HUP "$HTTP_PID"
expect_http_logged 'the certificate is loaded anew'
expect_not test "$(serial)" = "$before"
publishes ec-1 "$token"

# A request that has begun is answered after SIGTERM, and nobody else is let in.
export HTTP_PID
slow 'import os, signal
s.sendall(head(2) + b"{")
time.sleep(0.2)
os.kill(int(os.environ["HTTP_PID"]), signal.SIGTERM)
time.sleep(0.5)
s.sendall(b"}")
print(s.recv(100)[:15])
try:
    connect()
except OSError:
    print("refused")' >"$T/drained"
expect grep -q '200 OK' "$T/drained"
expect grep -q refused "$T/drained"
status=0
wait "$HTTP_PID" || status=$?
expect test "$status" = 0
http_stop
