#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the provider adds to a TPM command: a signature through EVP beside the
# same command sent by tpm2-tss's SAPI alone, and the command in an HMAC session
# with parameter encryption, in turns (A B A B), the fastest tenth of each; host
# instructions; what loaded keys and made signatures leave in memory.
#
#     tests/bench/provider-time.sh [TURNS [KEYS [SIGNATURES]]]
#
# A million signatures: tests/bench/provider-time.sh 200 1000 1000000
. "$(dirname "$0")/../fixture/lib.sh"
programs=$BUILD_ROOT/tests/bench
test -x "$programs/sign-time" || skip 'tests/bench/sign-time is not built'
turns=${1:-200}
keys=${2:-1000}
signatures=${3:-2000}
PARENT=0x81000001

tpm_start --no-ek
tpm_direct tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm_direct tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" "$PARENT" >/dev/null
tpm_direct tpm2_flushcontext -t
key_file "$T/key.pem"
providers default tpm2

# instructions PROGRAM KIND KEY [SALT]: of one signature on this side of the TPM:
# what eleven take more than one, by ten; of the command alone where a session
# is started for it.
instructions()
{
    local program=$1 n count=() only=()
    shift
    command -v valgrind >/dev/null || { echo - && return 0; }
    test "$program" != session-time ||
        only=(--toggle-collect=tpm_sign --toggle-collect=sign_raw)
    for n in 1 11; do
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "${only[@]}" \
            "$programs/$program" "$@" "$n" 2>"$T/callgrind" || return 1
        count+=("$(awk '/Collected/ {print $4}' "$T/callgrind")")
    done
    echo $(((count[1] - count[0]) / 10))
}

# row TITLE PROGRAM KIND KEY [SALT]: a line about what $T/turns says of KIND.
row()
{
    local title=$1 program=$2 kind=$3 wall cpu
    shift 3
    read -r _ wall cpu <<<"$(grep "^$kind " "$T/turns")"
    printf '%-40s %10s %8s %8s %8s %13s\n' "$title" "$wall" \
        "$(awk -v a="$wall" 'NR == FNR && $1 == "raw" {
            printf "%.3fx", a / $2}' "$T/turns")" "$cpu" \
        "$(awk -v a="$cpu" '$1 == "raw" {printf "%+.0f", a - $3}' "$T/turns")" \
        "$(instructions "$program" "$kind" "$@")"
}

# both TITLE KEY: the tables of one key.
both()
{
    local title=$1 key=$2
    printf '\n%-40s %10s %8s %8s %8s %13s\n' "$title, $turns turns" 'wall, us' \
        'of SAPI' 'CPU, us' more instructions
    "$programs/sign-time" turns "$key" "$turns" >"$T/turns" || die fails
    row 'SAPI alone' sign-time raw "$key"
    row 'EVP, the provider' sign-time evp "$key"
    "$programs/session-time" turns "$key" "$PARENT" "$turns" >"$T/turns" ||
        die fails
    row 'SAPI alone' session-time raw "$key" "$PARENT"
    row 'the provider, encrypted in a session' session-time session "$key" \
        "$PARENT"
}

tpm_key 0x81000010 ecc256
tpm_key 0x81000011 rsa2048
both P-256 0x81000010
both RSA-2048 0x81000011
expect tpm_is_clean
printf '\n%-40s %10s bytes each\n' "$keys keys of a file, loaded at once" \
    "$("$programs/sign-time" keys "file:$T/key.pem" "$keys")"
expect tpm_is_clean
printf '%-40s %10s bytes more\n' "heap after $signatures signatures" \
    "$("$programs/sign-time" flat 0x81000010 "$signatures")"
expect tpm_is_clean
