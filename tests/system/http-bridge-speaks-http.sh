#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Requests as bytes: what is one is answered, in whatever pieces and however
# many at a time it comes; what is none is answered with the error JSON too, and
# ends its connection; of neither is anything taken for something else.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl python3

cat >"$T/talk.py" <<'END'
import socket, ssl, sys
port, ca, path, token = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=ca)
event = '/v1/%s:publishEvent' % path
config = '/v1/%s/config' % path
auth = 'Authorization: Bearer %s\r\n' % token
body = '{"binary_data":"aGVsbG8="}'
chunks = '1a\r\n' + body + '\r\n0\r\n\r\n'
TAKEN = '{}'
CONFIG = '{"version":"1","binaryData":""}'
def problem(code, message, status):
    return ('{"error":{"code":%d,"message":"%s","status":"%s"}}'
            % (code, message, status))
UNREAD = problem(400, 'The request cannot be read.', 'INVALID_ARGUMENT')
LARGE = problem(400, 'The payload is too large or malformed.',
                'INVALID_ARGUMENT')
UNKNOWN = problem(404, 'Method not found.', 'NOT_FOUND')
DENIED = problem(403, 'The caller does not have permission',
                 'PERMISSION_DENIED')

def post(headers, data, target=event, method='POST'):
    return ('%s %s HTTP/1.1\r\nHost: x\r\n%s%s\r\n%s'
            % (method, target, auth, headers, data))
def sized(target=event, method='POST', data=body):
    return post('Content-Length: %d\r\n' % len(data), data, target, method)
def get(target=config, method='GET'):
    return post('', '', target, method)

def answers(file, count):
    """What comes: status, body and whether it is the last, of each."""
    for i in range(count):
        line = file.readline().decode()
        if not line:
            return
        status, length, last, kind = int(line.split()[1]), None, False, ''
        for line in iter(lambda: file.readline().decode().strip(), ''):
            name, value = line.split(': ', 1)
            if name == 'Content-Length':
                length = int(value)
            if name == 'Content-Type':
                kind = value
            last = last or (name, value) == ('Connection', 'close')
        if kind != 'application/json; charset=UTF-8':
            raise SystemExit('of the type "%s"' % kind)
        if length is None: # HTTP/1.0 has its end for that
            length = -1 if last else 0
        yield status, file.read(length).decode(), last
        if last and file.read() != b'':
            raise SystemExit('more after the last answer')

bad = refused = 0
def check(name, data, *wanted):
    """DATA is answered so and not otherwise; a trailing True: that ends it.
    Of a list the second part is sent when we are told to go on."""
    global bad
    tls = context.wrap_socket(socket.create_connection(('localhost', port)),
                              server_hostname='localhost')
    tls.settimeout(20)
    try:
        if isinstance(data, list):
            tls.sendall(data[0].encode())
            told = tls.recv(100)
            data = data[1] if told == b'HTTP/1.1 100 Continue\r\n\r\n' else ''
        tls.sendall(data.encode('latin1'))
        got = list(answers(tls.makefile('rb'), len(wanted)))
    except OSError as error:
        got = error
    wanted = [(w + (False,))[:3] for w in wanted]
    if got != wanted:
        bad += 1
        print('%s: %s instead of %s' % (name, got, wanted))
    tls.close()

# What is a request; each is followed by another, so nothing of it is left.
more = get()
def good(name, data, status, text):
    check(name, data + more, (status, text), (200, CONFIG))
good('sized', sized(), 200, TAKEN)
good('chunked', post('Transfer-Encoding: Chunked\r\n', chunks), 200, TAKEN)
good('in two chunks', post('Transfer-Encoding: chunked\r\n',
     '2\r\n{"\r\n18\r\n' + body[2:] + '\r\n0\r\nX: x\r\n\r\n'), 200, TAKEN)
good('no body', sized(data=''), 200, TAKEN)
good('expects to be told to go on, and does not wait for it',
     post('Expect: 100-continue\r\nContent-Length: 26\r\n', body), 200, TAKEN)
good('LF alone', sized().replace('\r\n', '\n'), 200, TAKEN)
good('one slash more behind it', sized(event + '/'), 404, UNKNOWN)
good('before it', sized('/' + event), 404, UNKNOWN)
good('within', sized(event.replace('v1/', 'v1//')), 403, DENIED)
good('percent', sized(event.replace('s/', 's%2F').replace(':', '%3a')), 200, TAKEN)
good('percent twice', sized(event.replace('s/', 's%252F')), 403, DENIED)
good('half a percent', get(config + '%z'), 404, UNKNOWN)
good('a NUL', get(config.replace('/config', '%00/config')), 403, DENIED)
good('dots', get(config.replace('/config', '/../x/config')), 403, DENIED)
good('no UTF-8', sized(event.replace('ec-1', '\xff')), 403, DENIED)
good('OPTIONS', get(method='OPTIONS'), 404, UNKNOWN)
good('of everything', get('*', 'OPTIONS'), 404, UNKNOWN)
good('DELETE', get(method='DELETE'), 404, UNKNOWN)
good('PUT', sized(method='PUT'), 404, UNKNOWN)
good('HEAD', get(method='HEAD'), 404, '')
check('told to go on', [post('Expect: 100-continue\r\nContent-Length: 26\r\n', ''),
      body], (200, TAKEN))
check('five', sized() * 5, *[(200, TAKEN)] * 5)

# What has a body that is not for it is answered, and the body is no request.
for method, status, text in (('GET', 200, CONFIG), ('DELETE', 404, UNKNOWN),
                             ('BREW', 404, UNKNOWN)):
    check(method, sized(config, method, sized()), (status, text, True))

# What is none, alone and behind one that is.
def ends(name, data, text=UNREAD):
    global refused
    check(name, data, (400, text, True))
    check(name + ', later', sized() + data, (200, TAKEN), (400, text, True))
    refused += 2
ends('no line', '\r\n\r\n')
ends('a word', 'GET\r\n\r\n')
ends('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
ends('rubbish', '\x00\xff' * 50 + '\r\n\r\n')
ends('NUL', 'GET /v1/\0 HTTP/1.1\r\n\r\n')
ends('no colon', post('rubbish\r\n', body))
ends('no name', post(': x\r\n', body))
ends('a blank behind a name', post('Content-Length : 26\r\n', body))
ends('long target', get('/' + 'a' * 20000))
ends('long header', post('X: ' + 'a' * 20000 + '\r\n', ''))
ends('many headers', post('X: aaaaaaaaaaaaaa\r\n' * 1000, ''))
ends('no length', post('Content-Length: x\r\n', body))
ends('negative', post('Content-Length: -26\r\n', body))
ends('a sign', post('Content-Length: +26\r\n', body))
ends('a blank that is none', post('Content-Length: \f26\r\n', body))
ends('a coding in HTTP/1.0', post('Transfer-Encoding: chunked\r\n', chunks)
     .replace('HTTP/1.1', 'HTTP/1.0'))
ends('two lengths', post('Content-Length: 26\r\nContent-Length: 3\r\n', body))
ends('length and coding',
     post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', chunks))
ends('gzip', post('Transfer-Encoding: gzip\r\n', body))
ends('gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', chunks))
ends('expects magic', post('Expect: magic\r\nContent-Length: 26\r\n', body))
ends('too large', post('Content-Length: 524289\r\n', 'x' * 524289), LARGE)
ends('no chunk', post('Transfer-Encoding: chunked\r\n', 'zz\r\n'), LARGE)
ends('a large chunk', post('Transfer-Encoding: chunked\r\n', 'fffffff\r\n'), LARGE)
ends('a chunk beyond 64 bits',
     post('Transfer-Encoding: chunked\r\n', 'f' * 16 + '\r\n'), LARGE)
print('%d otherwise, %d refused' % (bad, refused))
END

site_make
device_make ec-1 ec
keep_in events
http_start
expect_ok python3 "$T/talk.py" "$HTTP_PORT" "$T/ca/root.crt" \
    "$(path_of ec-1)" "$(token ec-1)"
cat "$T/out"
expect grep -q '^0 otherwise' "$T/out"

# As many as were taken are there, and nothing else; what was refused was
# counted and logged, each.
refused=$(awk 'END {print $3}' "$T/out")
registry_do subscriptions pull events --project "$PROJECT" --auto-ack \
    --limit 1000 --json >"$T/pulled"
taken=$(counter 'iot_bridge_http_messages_total{kind="events"}')
expect test "$taken" -gt "$((refused / 2))"
expect test "$(grep -c '"messageId"' "$T/pulled")" = "$taken"
expect test "$(counter 'iot_bridge_http_answers_total{status="400"}')" = "$refused"
expect test "$(grep -c 'refused a request from 127.0.0.1: ' "$HTTP_LOG")" = "$refused"
publishes ec-1 "$(token ec-1)"
http_stop
