#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Messages a second of a pipeline, at QoS 1 over TLS to the same broker:
# iot-publish with and without a spool beside mosquitto_pub, in turns, so that
# whatever else the machine does falls on all.  Medians of whole runs, the
# start and the handshake included.
#
#     tests/bench/publish.sh [TURNS [MESSAGES]]
. "$(dirname "$0")/../fixture/lib.sh"
command -v iot-publish >/dev/null || skip 'iot-publish is not built'
need mosquitto_pub
turns=${1:-9}
messages=${2:-5000}

cd "$T"
ca_make ca
ca_key device.key
cat >broker.in <<END
listener @PORT@ 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
cafile $T/ca/chain.crt
certfile $T/ca/server.crt
keyfile $T/ca/server.key
user root
log_dest stderr
log_type error
END
broker_start broker.in
seq -f '{"sequence":%.0f,"temperature":21.5,"unit":"celsius"}' 1 "$messages" \
    >lines

ours()
{
    iot-publish --key device.key --cafile ca/chain.crt --host localhost \
        --port "$PORT" --project p --region eu --registry reg --device dev \
        --lines "$@"
}
peer()
{
    mosquitto_pub --cafile ca/chain.crt -h localhost -p "$PORT" -q 1 -l \
        -i dev -u unused -P unused -t /devices/dev/events
}

# taken FILE CMD…: append the microseconds that the command took with lines.
taken()
{
    local file=$1 before
    shift
    before=${EPOCHREALTIME/./}
    "$@" <lines || die "fails: $*"
    echo $((${EPOCHREALTIME/./} - before)) >>"$file"
}

# rate FILE: messages a second, at the median.
rate()
{
    sort -n "$1" | awk -v messages="$messages" '{a[NR] = $1} END {
        median = (a[int((NR + 1) / 2)] + a[int((NR + 2) / 2)]) / 2
        printf "%d", messages * 1000000 / median}'
}

for ((i = 0; i < turns; i++)); do
    taken peer peer
    taken ours ours
    taken spool ours --spool folder
done
printf '%-30s %12s %8s\n' "$messages lines, QoS 1, TLS" 'messages/s' ratio
for name in peer ours spool; do
    case $name in
    peer) title='mosquitto_pub -l' ;;
    ours) title='iot-publish --lines' ;;
    spool) title='iot-publish --lines --spool' ;;
    esac
    printf '%-30s %12s %8s\n' "$title" "$(rate "$name")" \
        "$(awk -v a="$(rate "$name")" -v b="$(rate peer)" \
            'BEGIN {printf "%.2f", a / b}')"
    expect test -s "$name"
done
