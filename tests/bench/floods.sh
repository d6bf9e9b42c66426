#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What floods of CONNECTs do to devices that are in: how long a message takes to
# its PUBACK, while so many others knock at once, again and again, as fast as
# they are refused.  Beside it the same flood on a mosquitto without a plugin,
# which lets everybody in; and in both a flood of TLS handshakes without any
# CONNECT, which no plugin sees: what is more than that is ours.  And how much
# memory the broker takes at the most.  Whoever knocks works on the processors
# that the broker works on, which costs the devices as much.  The last flood
# meets the packet filter of iot-mqtt-bridge(8): for that all of this goes on in
# a network of its own, where the system and nftables can do it.
#
#     tests/bench/floods.sh [CONNECTIONS [SECONDS]]
if test -z "${FLOODS_INSIDE:-}" && unshare -n nft list ruleset 2>/dev/null; then
    FLOODS_INSIDE=1 exec unshare -n bash "$0" "$@"
fi
test -z "${FLOODS_INSIDE:-}" || ip link set lo up
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3
load=$BUILD_ROOT/tests/fixture/mqtt-load
connections=${1:-8}
seconds=${2:-5}
publishing=20

# random BYTES: of base64url.
random()
{
    head -c "$1" /dev/urandom | base64url
}

# knock FILE ID TOKEN: as many lines of it as knock at once.
knock()
{
    local i
    for ((i = 0; i < connections; i++)); do
        echo "$2 $3"
    done >"$T/$1"
}

# A key as large as any that is admitted, thrice, and a signature that is none
# of its: of four primes, which are found sooner than two.
victim_make()
{
    local header=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9 key
    openssl_plain genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:8192 \
        -pkeyopt rsa_keygen_primes:4 -out "$T/large.key" 2>/dev/null
    openssl_plain pkey -in "$T/large.key" -pubout -out "$T/large.pub"
    key=path=$T/large.pub,type=rsa-pem
    device_with victim "$REGISTRY" "$key" "$key" "$key"
    knock costly "$(path_of victim)" \
        "$header.$(random 4900).$({ printf '\0' && head -c 1023 /dev/urandom; } |
            base64url)"
}

site_make
keep_in all
fleet good "$publishing" ec
device_make aged rsa
read -r first good <"$T/good"
knock handshakes / -
knock expired "$(path_of aged)" "$(token_of aged "$(claims -7200 -3600)")"
knock rubbish "no/device/$(random 300)" "$(random 5000)"
knock unknown "$(path_of nobody)" "$good"
knock known "$first" "${good%????????}AAAAAAAA"
victim_make

plain_start
bridge_start

# under PID PORT [FLOOD]: a line: refused or let in a second, and what all that
# cost the broker for each; of messages the median, 99 % and longest in
# milliseconds; the broker's peak in MB.
under()
{
    local flood='' before median most longest admitted refused took
    before=$(used "$1")
    if test -n "${3:-}"; then
        "$load" admit "$2" "$T/ca/root.crt" "$T/$3" "$connections" \
            $((seconds + 1)) 2>"$T/flood" &
        flood=$!
        STARTED+=("$flood")
        sleep 0.5
    fi
    "$load" publish "$2" "$T/ca/root.crt" "$T/good" "$publishing" "$seconds" \
        1000000 1 100 >/dev/null 2>"$T/err" || die 'mqtt-load fails'
    echo 0 0 0 1 >"$T/flood.0"
    test -z "$flood" || { wait "$flood" && mv "$T/flood" "$T/flood.0"; }
    read -r _ _ _ _ median most longest <"$T/err"
    read -r admitted refused _ took _ <"$T/flood.0"
    awk -v n="$((admitted + refused))" -v s="$took" -v m="$median" \
        -v n99="$most" -v l="$longest" -v peak="$(memory "$1" VmHWM)" \
        -v used="$(($(used "$1") - before))" 'BEGIN {
        printf "%7.0f %6.0f %8.2f %8.2f %8.2f %6.1f", n / s,
            n ? used / n : 0, m / 1000, n99 / 1000, l / 1000, peak / 1024}'
}

# row TITLE [FLOOD]
row()
{
    printf '%-34s %s |%s\n' "$1" "$(under "$BROKER_PID" "$DEVICE_PORT" "${2:-}")" \
        "$(under "$PLAIN_PID" "$PLAIN_PORT" "${2:-}")"
    expect is_running "$BROKER_PID"
}

heads=('knock/s' 'us' 'median' '99 %' 'longest' 'MB')
printf "%-34s %7s %6s %8s %8s %8s %6s |%7s %6s %8s %8s %8s %6s\n" \
    "$connections at once; $publishing devices publish" \
    "${heads[@]}" "${heads[@]}"
row 'nobody knocks'
row 'rubbish' rubbish
row 'a device that is not there' unknown
row "a device's id, a wrong signature" known
row "a device's token, expired" expired
row 'three RSA keys of 8192 bits' costly
row 'TLS handshakes alone' handshakes
if test -n "${FLOODS_INSIDE:-}"; then
    ports=$DEVICE_PORT,$PLAIN_PORT
    nft -f - <<-END
	add table inet filter
	add chain inet filter input { type filter hook input priority 0; }
	add rule inet filter input tcp dport { $ports } ct state new meter mqtt \
	    { ip saddr limit rate over 20/second burst 100 packets } drop
	END
    row 'TLS handshakes, and a filter' handshakes
    nft delete table inet filter
fi
row 'nobody knocks any more'
