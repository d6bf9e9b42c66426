#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Config and commands are printed as they come, a line each whatever is in
# them; as JSON they come back byte for byte.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in

# tell TOPIC FILE: as the site.
tell()
{
    mosquitto_pub -h 127.0.0.1 -p "$SITEPORT" -q 1 -t "$1" -f "$2"
}
# listen FILE [OPTION…]: in the background, until $STARTED_PID is ended.
listen()
{
    : >"$1"
    local before
    before=$(grep -c 'Sending SUBACK to projects' "$BROKER_LOG" || true)
    background "$1" iot-publish --key device.key --cafile ca/chain.crt \
        --host localhost --port "$PORT" --project p1 --region here \
        --registry reg --device dev1 --listen "${@:2}"
    wait_until 10 eval \
        "test \$(grep -c 'Sending SUBACK to projects' '$BROKER_LOG') -ge \
        $((before + 2))" || die "it does not subscribe"
}

printf 'plain' >plain
printf 'a\nb\\\0c\r\t\033' >odd
# Text stays text; a control beyond ASCII, half a character, a character that
# is written too long, a surrogate and a lone byte do not.
printf 'h\303\251 \342\202\254 \360\237\230\200' >text.utf8
{ cat text.utf8 && printf ' \302\233 \342\202 \300\257 \355\240\200 \237'; } >wide
: >empty

listen text
tell /devices/dev1/config plain
tell /devices/dev1/config empty
tell /devices/dev1/commands odd
tell /devices/dev1/commands wide
tell /devices/dev1/commands/door/left plain
tell /devices/dev2/config plain
tell /devices/dev1/events plain
expect wait_until 10 grep -q left text
kill -TERM "$STARTED_PID"
expect wait "$STARTED_PID"
{
    echo '/devices/dev1/config plain'
    echo '/devices/dev1/config '
    printf '%s\t%s\n' '/devices/dev1/commands a\nb\\\x00c\r' '\x1b'
    printf '%s %s %s\n' /devices/dev1/commands "$(cat text.utf8)" \
        '\xc2\x9b \xe2\x82 \xc0\xaf \xed\xa0\x80 \x9f'
    echo '/devices/dev1/commands/door/left plain'
} >expected
expect cmp text expected

# Acknowledged, at QoS 1, for both.
expect test "$(grep -c 'Received PUBACK from projects' "$BROKER_LOG")" = 5
expect test "$(grep -c '(QoS 1)' "$BROKER_LOG")" = 2

listen json --json --message hello
tell /devices/dev1/commands/door/left odd
tell /devices/dev1/config empty
expect wait_until 10 grep -q config json
expect grep -q "'/devices/dev1/events', ... (5 bytes)" "$BROKER_LOG"
kill -TERM "$STARTED_PID"
expect wait "$STARTED_PID"
expect python3 - <<'END'
import base64, json
lines = [json.loads(line) for line in open("json")]
assert [line["kind"] for line in lines] == ["commands", "config"], lines
assert [line["subfolder"] for line in lines] == ["door/left", ""], lines
payload = base64.b64decode(lines[0]["binaryData"], validate=True)
assert payload == open("odd", "rb").read(), lines
assert lines[1]["binaryData"] == "", lines
END

# After a broker's restart it subscribes again.
listen again
stop_pid "$BROKER_PID"
: >"$BROKER_LOG"
broker_again
expect wait_until 60 eval \
    "test \$(grep -c 'Sending SUBACK to projects' '$BROKER_LOG') = 2"
tell /devices/dev1/config plain
expect wait_until 10 grep -q '/devices/dev1/config plain' again
expect grep -q 'trying again in' again
