#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A new certificate and the end of the HTTP bridge meet requests that are on
# their way: whole ones that it has not read yet, several at a time, and halves.
# Each is answered, and what is answered 200 is there.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl python3

# Sends all while the bridge is stopped and sees nothing of it.
cat >"$T/meet.py" <<'END'
import os, signal, socket, ssl, sys
port, ca, path, token, pid = sys.argv[1:6]
context = ssl.create_default_context(cafile=ca)
body = '{"binary_data":"aGVsbG8="}'
request = ('POST /v1/%s:publishEvent HTTP/1.1\r\nHost: x\r\n'
           'Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s'
           % (path, token, len(body), body)).encode()

class Device:
    def __init__(self):
        self.tls = context.wrap_socket(
            socket.create_connection(('localhost', int(port))),
            server_hostname='localhost')
        self.tls.settimeout(20)
        self.file = self.tls.makefile('rb')
        self.awaited = 0
    def send(self, data, awaited):
        self.tls.sendall(data)
        self.awaited += awaited
    def answered(self):
        """How many of those that it sent were taken."""
        count = 0
        while count < self.awaited:
            line = self.file.readline()
            if not line.startswith(b'HTTP/1.1 200 '):
                break
            while self.file.readline() != b'\r\n':
                pass
            count += self.file.read(2) == b'{}'
        self.awaited = 0
        return count

def meet(devices, number):
    os.kill(int(pid), signal.SIGSTOP)
    for i, device in enumerate(devices):
        if i % 3 == 0:
            device.send(request, 1)
        elif i % 3 == 1:
            device.send(request * 3, 3)
        else:
            device.send(request[:-9], 0)
    os.kill(int(pid), number)
    os.kill(int(pid), signal.SIGCONT)
    for device in devices[2::3]:
        device.send(request[-9:], 1)
    awaited = sum(device.awaited for device in devices)
    print('%s: %d of %d' % (signal.Signals(number).name,
                            sum(device.answered() for device in devices),
                            awaited), flush=True)

devices = [Device() for i in range(30)]
for device in devices:
    device.send(request, 1)
print('before: %d of 30' % sum(device.answered() for device in devices))
meet(devices, signal.SIGHUP)
meet(devices, signal.SIGTERM)
print('ended: %d' % sum(device.file.read() == b'' for device in devices))
END

site_make
device_make ec-1 ec
keep_in events
http_start
expect_ok python3 "$T/meet.py" "$HTTP_PORT" "$T/ca/root.crt" \
    "$(path_of ec-1)" "$(token ec-1)" "$HTTP_PID"
expect grep -qx 'before: 30 of 30' "$T/out"
expect grep -qx 'SIGHUP: 50 of 50' "$T/out"
expect grep -qx 'SIGTERM: 50 of 50' "$T/out"
expect grep -qx 'ended: 30' "$T/out"
expect_http_logged 'the certificate is loaded anew'
status=0
wait "$HTTP_PID" || status=$?
expect test "$status" = 0
registry_do subscriptions pull events --project "$PROJECT" --auto-ack \
    --limit 1000 --json >"$T/pulled"
expect test "$(grep -c '"messageId"' "$T/pulled")" = 130
http_stop
