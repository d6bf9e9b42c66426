#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long a token takes, beside the least that OpenSSL needs for a signature
# with the same key: iot-jwt against openssl dgst -sign, in turns (A B A B), so
# that whatever else the machine does falls on both. Medians in milliseconds.
#
#     tests/bench/token-time.sh [TURNS]
. "$(dirname "$0")/../fixture/lib.sh"
command -v iot-jwt >/dev/null || skip 'iot-jwt is not built'
turns=${1:-25}

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
providers default tpm2
: >"$T/data"

# taken FILE CMD…: append the microseconds that the command took.
taken()
{
    local file=$1 before
    shift
    before=${EPOCHREALTIME/./}
    "$@" >"$T/out" || die "fails: $*"
    echo $((${EPOCHREALTIME/./} - before)) >>"$file"
}

# median FILE: in milliseconds.
median()
{
    sort -n "$1" | awk '{a[NR] = $1} END {
        printf "%.2f", (a[int((NR + 1) / 2)] + a[int((NR + 2) / 2)]) / 2000}'
}

printf '%-22s %12s %12s %8s\n' key 'iot-jwt, ms' 'openssl, ms' ratio
for key in handle:0x81000010 handle:0x81000011; do
    rm -f "$T/a" "$T/b"
    for ((i = 0; i < turns; i++)); do
        taken "$T/a" iot-jwt --key "$key" --audience project
        taken "$T/b" openssl dgst -sha256 -sign "$key" "$T/data"
    done
    a=$(median "$T/a") b=$(median "$T/b")
    printf '%-22s %12s %12s %8s\n' "$key" "$a" "$b" \
        "$(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", a / b}')"
    expect test -s "$T/a"
done
