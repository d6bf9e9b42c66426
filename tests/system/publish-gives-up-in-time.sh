#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bridge that is silent at any point, from the first packet to the last
# acknowledgement, holds nobody up: --timeout and signals are heeded.
. "$(dirname "$0")/publish.sh"
need python3

# One that lets nobody in: its queue is full, so packets vanish; one that lets
# everybody in and says nothing; and one that never acknowledges.
cat >silent.py <<'END'
import socket, ssl, sys, threading

def listener(backlog):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(backlog)
    return s

full = listener(0)
inside = []
for _ in range(3):
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex(full.getsockname())
    inside.append(c)
mute = listener(50)
deaf = listener(50)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("ca/server.crt", "ca/server.key")

def serve(c):
    try:
        c = context.wrap_socket(c, server_side=True)
        c.recv(65536)
        c.sendall(b"\x20\x02\x00\x00")  # CONNACK 0
        while c.recv(65536):
            pass
    except OSError:
        pass

print(*(s.getsockname()[1] for s in (full, mute, deaf)), flush=True)
while True:
    threading.Thread(target=serve, args=(deaf.accept()[0],), daemon=True).start()
END
background ports python3 silent.py
expect wait_until 10 test -s ports
read -r full mute deaf <ports

silent()
{
    timeout 60 iot-publish --key device.key --cafile ca/chain.crt \
        --host 127.0.0.1 --port "$@" --project p1 --region here \
        --registry reg --device dev1 --message silence
}
expect_fail 4 "127.0.0.1:$mute does not answer; messages not ack" \
    silent "$mute" --timeout 1
expect_fail 4 "127.0.0.1:$deaf does not acknowledge; messages not ack" \
    silent "$deaf" --timeout 1
expect_fail 4 "cannot reach 127.0.0.1:$full: Connection timed out" \
    silent "$full" --timeout 1

# A signal ends it at once, and says what is left.
for port in $mute $deaf $full; do
    background "stopped.$port" iot-publish --key device.key \
        --cafile ca/chain.crt --host 127.0.0.1 --port "$port" --project p1 \
        --region here --registry reg --device dev1 --message silence \
        --timeout 0
    publisher=$STARTED_PID
    sleep 1
    kill -TERM "$publisher"
    status=0
    wait "$publisher" || status=$?
    expect test "$status" = 1
    expect grep -q 'messages not acknowledged: 1' "stopped.$port"
done
