# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the publish-*.sh stories share: a plain mosquitto that takes any
# password, over TLS, and a subscriber of the site.
. "$(dirname "$0")/../fixture/lib.sh"
need mosquitto_sub mosquitto_pub

TOPIC=/devices/dev1/events
cd "$T"
ca_make ca
ca_key device.key

# broker_conf [LINE…]: broker.in, with these lines more.  The site has a
# listener of its own, and its sessions outlive the broker.
broker_conf()
{
    cat >broker.in <<-END
	per_listener_settings true
	persistence true
	persistence_location $T/
	user root
	log_dest stderr
	log_type all
	listener @SITEPORT@ 127.0.0.1
	allow_anonymous true
	listener @PORT@ 127.0.0.1
	cafile $T/ca/chain.crt
	certfile $T/ca/server.crt
	keyfile $T/ca/server.key
	END
    test "$#" -gt 0 || set -- 'allow_anonymous true'
    printf '%s\n' "$@" >>broker.in
}

# broker_again: the broker that was ended, on its old ports.
broker_again()
{
    background "$BROKER_LOG" mosquitto -c "$BROKER_CONF"
    BROKER_PID=$STARTED_PID
    wait_listening "$BROKER_PID" "$PORT" "$SITEPORT" || die "no second broker"
}

# subscribe [OPTION…]: what arrives goes to arrived, a line each: topic, space,
# payload in hexadecimal.
subscribe()
{
    : >>arrived
    background arrived mosquitto_sub -h 127.0.0.1 -p "$SITEPORT" -i site -c \
        -q 1 -t '/devices/#' -F '%t %x' "$@"
    SUBSCRIBER=$STARTED_PID
    wait_until 10 grep -q 'Sending SUBACK to site' "$BROKER_LOG"
}

# hex TEXT: as in arrived.
hex()
{
    printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

# has_arrived TOPIC TEXT [TIMES]: it is in arrived, so many times or once.
has_arrived()
{
    test "$(grep -cxF "$1 $(hex "$2")" arrived)" = "${3:-1}"
}

# arrives TOPIC TEXT: it is there within ten seconds.
arrives()
{
    expect wait_until 10 has_arrived "$@"
}

# lines_arrived: how many different ones of "line N" are in arrived.
lines_arrived()
{
    sed -n 's/^[^ ]* //p' arrived | grep "^$(hex 'line ')" | sort -u | wc -l
}

# has_lines NUMBER: they have all arrived.
has_lines()
{
    test "$(lines_arrived)" = "$1"
}

# connects: how many CONNECTs of the device the broker has seen.
connects()
{
    grep -c 'New client connected.*dev1' "$BROKER_LOG" || true
}

# connected_times NUMBER: so many or more.
connected_times()
{
    test "$(connects)" -ge "$1"
}

# publish [OPTION…]: as dev1 of p1, to the broker.
publish()
{
    publish_to localhost "$PORT" ca/chain.crt "$@"
}

# publish_to HOST PORT CAFILE [OPTION…]: the same, to somewhere else.
publish_to()
{
    iot-publish --key "${KEY:-device.key}" --cafile "$3" --host "$1" \
        --port "$2" --project p1 --region here --registry reg \
        --device dev1 "${@:4}"
}

# stream LOG [OPTION…]: publish the lines that are written to descriptor 7, in
# the background; its id is in $STREAM.
stream()
{
    rm -f pipe
    mkfifo pipe
    background "$1" bash -c 'exec "$@" <pipe' - iot-publish \
        --key device.key --cafile ca/chain.crt --host localhost \
        --port "$PORT" --project p1 --region here --registry reg \
        --device dev1 --lines "${@:2}"
    STREAM=$STARTED_PID
    exec 7>pipe
}

# feed FILE CMD…: a command with a file as its standard input.
feed()
{
    "${@:2}" <"$1"
}

# numbered FIRST LAST: "line N", a line each.
numbered()
{
    seq -f 'line %.0f' "$1" "$2"
}
