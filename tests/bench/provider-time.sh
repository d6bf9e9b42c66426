#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the provider adds to a TPM command: a signature through EVP beside the
# same command sent by tpm2-tss's SAPI alone, in turns (A B C A B C); host
# instructions of each; what loaded keys and made signatures leave in memory.
#
#     tests/bench/provider-time.sh [TURNS [KEYS [SIGNATURES]]]
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/bench/sign-time
test -x "$program" || skip 'tests/bench/sign-time is not built'
turns=${1:-200}
keys=${2:-1000}
signatures=${3:-2000}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"
providers default tpm2

# instructions KIND: of one signature on this side of the TPM: what eleven take
# more than one, by ten.
instructions()
{
    local n count=()
    for n in 1 11; do
        valgrind --tool=callgrind --callgrind-out-file=/dev/null \
            "$program" "$1" 0x81000010 "$n" 2>"$T/callgrind" || return 1
        count+=("$(awk '/Collected/ {print $4}' "$T/callgrind")")
    done
    echo $(((count[1] - count[0]) / 10))
}

"$program" turns 0x81000010 "$turns" >"$T/turns" || die 'fails'
evp=$(awk '$1 == "evp" {print $2}' "$T/turns")
printf '%-44s %10s %8s %10s %14s\n' "P-256, persistent handle, $turns turns" \
    'wall, us' 'EVP is' 'CPU, us' instructions
while read -r name wall cpu; do
    case $name in
    evp) title='EVP, the provider' kind=evp ;;
    raw-anew) title='SAPI, connecting each time, as it must' kind=raw ;;
    raw-held) title='SAPI, holding a TPM that is nobody else'"'"'s' kind= ;;
    esac
    count=-
    if test -n "$kind" && command -v valgrind >/dev/null; then
        count=$(instructions "$kind") || count=-
    fi
    printf '%-44s %10s %7sx %10s %14s\n' "$title" "$wall" \
        "$(awk -v a="$evp" -v b="$wall" 'BEGIN {printf "%.2f", a / b}')" \
        "$cpu" "$count"
done <"$T/turns"
expect test "$(wc -l <"$T/turns")" = 3
printf '%-44s %10s bytes each\n' "$keys keys of a file, loaded at once" \
    "$("$program" keys "file:$T/key.pem" "$keys")"
expect tpm_is_clean
printf '%-44s %10s bytes more\n' "heap after $signatures signatures" \
    "$("$program" flat 0x81000010 "$signatures")"
expect tpm_is_clean
