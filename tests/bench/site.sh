#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the plugin costs a broker: admissions and QoS 1 telemetry a second beside
# a mosquitto with the same certificate, no plugin and anonymous access, which
# keeps nothing.  In turns, so that whatever else the machine does falls on all:
# medians of the turns, and of the ratio in each its lowest and highest, which
# tell how still the machine was.  Processor time is the broker's alone, so its
# ratio is what the other would be if nothing else were at work; that of a broker
# with the plugin has its other threads' in it, which write to the database.
# Tokens come for the first time, from devices whose keys the broker knows, or
# again.  The clients are mqtt-load's, with software keys, TLS 1.3 and an ECDSA
# server key, on the processors that the broker runs on.
#
#     tests/bench/site.sh [TURNS [SECONDS [MESSAGES]]]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3 sqlite3
load=$BUILD_ROOT/tests/fixture/mqtt-load
turns=${1:-5}
seconds=${2:-1}
messages=${3:-1000}
connecting=16
each=$((seconds * 75)) # tokens a device and turn, more than can be used
publishing=20
window=20

site_make
keep_in all
fleet es256 "$publishing" ec
fleet new-es256 "$connecting" ec "$connecting" $((turns * each))
fleet new-rs256 "$connecting" rsa "$connecting" $((turns * each))
plain_start
bridge_start

# median FILE: of its lines.
median()
{
    sort -n "$1" | awk '{a[NR] = $1} END {
        print (a[int((NR + 1) / 2)] + a[int((NR + 2) / 2)]) / 2}'
}

# tokens KIND TURN: those that no turn before has used, as $T/KIND.new, and some
# that come again and again, as $T/KIND.old.
tokens()
{
    tail -n "+$(($2 * each * connecting + 1))" "$T/new-$1" |
        head -n $((each * connecting)) >"$T/$1.new"
    head -n "$connecting" "$T/new-$1" >"$T/$1.old"
}

# admissions ROW PID PORT FLEET: append admissions a second to ROW, and to
# ROW.cpu what one cost the broker, in microseconds.
admissions()
{
    local before
    before=$(used "$2")
    "$load" admit "$3" "$T/ca/root.crt" "$T/$4" "$connecting" "$seconds" \
        2>"$T/err" || die 'mqtt-load fails'
    expect test "$(cut -d' ' -f2 "$T/err")" = 0
    case $4 in
    *.new) expect test "$(cut -d' ' -f1 "$T/err")" -le "$(wc -l <"$T/$4")" ;;
    esac
    awk '{print $1 / $4}' "$T/err" >>"$T/$1"
    awk -v used="$(($(used "$2") - before))" '{print used / $1}' "$T/err" \
        >>"$T/$1.cpu"
}

# telemetry ROW PID PORT MESSAGES: the same of messages.
telemetry()
{
    local before
    before=$(used "$2")
    "$load" publish "$3" "$T/ca/root.crt" "$T/es256" "$publishing" 60 "$4" \
        "$window" 0 >"$T/out" 2>"$T/err" || die 'mqtt-load fails'
    expect test "$(cut -d' ' -f3 "$T/err")" = $((publishing * $4))
    awk '{print $3 / $4}' "$T/err" >>"$T/$1"
    awk -v used="$(($(used "$2") - before))" '{print used / $3}' "$T/err" \
        >>"$T/$1.cpu"
}

# ratio FILE FILE: the median of each turn's, lowest and highest.
ratio()
{
    paste "$T/$1" "$T/$2" | awk '{print $1 / $2}' | sort -n >"$T/ratios"
    printf '%.2f %.2f-%.2f' "$(median "$T/ratios")" "$(head -n 1 "$T/ratios")" \
        "$(tail -n 1 "$T/ratios")"
}

# row TITLE FILE PEER
row()
{
    printf '%-40s %8.0f %15s %12.0f %15s\n' "$1" "$(median "$T/$2")" \
        "$(ratio "$2" "$3")" "$(median "$T/$2.cpu")" "$(ratio "$3.cpu" "$2.cpu")"
}

# heading TITLE
heading()
{
    printf '%-40s %8s %15s %12s %15s\n' "$1" 'a second' 'ratio' \
        "broker's us" 'ratio'
}

for ((i = 0; i < turns; i++)); do
    tokens es256 "$i"
    tokens rs256 "$i"
    admissions anonymous "$PLAIN_PID" "$PLAIN_PORT" es256.new
    for kind in es256 rs256; do
        for age in new old; do
            admissions "$kind-$age" "$BROKER_PID" "$DEVICE_PORT" "$kind.$age"
        done
    done
done
heading "admissions, $connecting clients, $turns turns"
row 'mosquitto, anonymous' anonymous anonymous
row 'with the plugin, ES256' es256-new anonymous
row 'with the plugin, RS256' rs256-new anonymous
row 'ES256, tokens that come again' es256-old anonymous
row 'RS256, tokens that come again' rs256-old anonymous

# beside ROW MESSAGES: telemetry to the plugin, in turns with the plain broker;
# afterwards all that was acknowledged is in the topic.
beside()
{
    local before all=$((turns * publishing * $2))
    before=$(kept)
    for ((i = 0; i < turns; i++)); do
        telemetry "passed-$1" "$PLAIN_PID" "$PLAIN_PORT" $((messages * 4))
        telemetry "$1" "$BROKER_PID" "$DEVICE_PORT" "$2"
    done
    expect wait_until 20 test_kept $((before + all))
}
kept()
{
    sqlite3 -readonly "$T/traffic.db" 'SELECT count(*) FROM message'
}
test_kept()
{
    test "$(kept)" = "$1"
}

beside kept $((messages * 4))
bridge_stop
bridge_start "${DEAF[@]}"
beside deaf $((messages * 4))
bridge_stop
bridge_start 'plugin_opt_durability power'
beside synced $((messages / 20 + 1))
heading "messages of 100 bytes, QoS 1, $publishing devices"
row 'mosquitto, anonymous, kept nowhere' passed-kept passed-kept
row 'with the plugin, survives kill' kept passed-kept
row 'the same, deaf to acknowledgements' deaf passed-deaf
row 'with the plugin, survives power loss' synced passed-synced
