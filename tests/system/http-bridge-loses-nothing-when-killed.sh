#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the HTTP bridge while four connections publish, again and again:
# what was answered 200 is there afterwards, every one of it.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl python3
KILLS=6

# Publishes numbers until the bridge is gone; prints those answered 200.
cat >"$T/publisher.py" <<'END'
import base64, http.client, json, ssl, sys, threading
port, ca, path, token, kill = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
def publish(worker):
    connection = http.client.HTTPSConnection('localhost', int(port),
                                             context=context, timeout=20)
    number = 0
    try:
        while True:
            number += 1
            text = '%s-%d-%d' % (kill, worker, number)
            data = base64.b64encode(text.encode()).decode()
            connection.request('POST', '/v1/%s:publishEvent' % path,
                               json.dumps({'binary_data': data}),
                               {'Authorization': 'Bearer ' + token})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                sys.stdout.write(text + '\n')
                sys.stdout.flush()
    except (OSError, http.client.HTTPException):
        pass
threads = [threading.Thread(target=publish, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
END

# has LINES: so much was answered 200 in this round.
has()
{
    test "$(wc -l <"$T/round")" -ge "$1"
}

site_make
device_make dev-1 ec
keep_in events
token=$(token dev-1)
for ((kill = 1; kill <= KILLS; kill++)); do
    http_start
    : >"$T/round"
    background "$T/round" python3 "$T/publisher.py" "$HTTP_PORT" \
        "$T/ca/root.crt" "$(path_of dev-1)" "$token" "$kill"
    publisher=$STARTED_PID
    wait_until 20 has $((40 + SRANDOM % 40)) || die 'nothing is published'
    stop_pid "$HTTP_PID" KILL
    wait "$publisher"
    cat "$T/round" >>"$T/taken"
done
expect test "$(wc -l <"$T/taken")" -ge $((KILLS * 40))

# Every one is pulled, once or more.
registry_do subscriptions pull events --project "$PROJECT" --auto-ack \
    --limit 1000000 --json >"$T/pulled.json"
python3 - "$T/pulled.json" >"$T/pulled" <<'END'
import base64, re, sys
for data in re.findall(r'"data": *"([^"]*)"', open(sys.argv[1]).read()):
    print(base64.b64decode(data).decode())
END
sort -u "$T/taken" >"$T/taken.sorted"
sort -u "$T/pulled" >"$T/pulled.sorted"
comm -23 "$T/taken.sorted" "$T/pulled.sorted" >"$T/lost"
expect test ! -s "$T/lost"
echo "$(wc -l <"$T/taken") were answered 200, $(wc -l <"$T/pulled") are there"
