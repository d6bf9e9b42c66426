#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key is looked at before the TPM is told to keep it: one that is not what
# was asked for, in one byte of its size, curve, scheme, hash or attributes, is
# at no handle. A key whose answer was lost is ours, and is told to be there.
. "$(dirname "$0")/../fixture/lib.sh"

HANDLE=0x81000020

# keep TYPE OPTION: asks for such a key at the handle.
keep=(openssl genpkey -provider tpm2 -provider default -propquery
    '?provider=tpm2' -pkeyopt "handle:$HANDLE" -out "$T/key.pem" -algorithm)

is_free()
{
    ! tpm_direct tpm2_readpublic -Q -c "$HANDLE" 2>/dev/null
}

# public_at: where the public area stands in the answer to the last Create:
# header, size of the parameters, outPrivate, and its own size before it.
public_at()
{
    local line size
    line=$(awk '/^> 8002........00000153/ {getline; last = $2}
        END {print last}' "$RELAY_DUMP")
    size=$((16#${line:28:4}))
    echo $((14 + 2 + size + 2))
}

tpm_start --no-ek
relay_start
for kind in 'EC -pkeyopt group:P-256' 'RSA -pkeyopt bits:2048'; do
    # shellcheck disable=SC2086 # words are meant
    expect_ok "${keep[@]}" $kind
    expect_not is_free
    at=$(public_at)
    tpm_direct tpm2_evictcontrol -Q -C o -c "$HANDLE" >/dev/null
    # Part 2 §12.2.4: nameAlg, attributes, scheme, curve or keyBits, exponent
    for byte in 3 5 13 15 19; do
        case $kind in
        EC*) test "$byte" -lt 16 || continue ;;
        RSA*) test "$byte" -gt 12 || continue ;;
        esac
        relay_reset
        relay_script "flip Create $((at + byte)) always"
        rm -f "$T/key.pem"
        # shellcheck disable=SC2086
        expect_error 'tpm2:' "${keep[@]}" $kind
        expect grep -q 'Create .*by=relay$' "$RELAY_LOG"
        expect test "$(relay_count EvictControl)" = 0
        expect is_free
        expect tpm_is_clean
    done
    relay_script
done

# The answer to EvictControl is lost, before and after the TPM has done it.
for when in before during after; do
    relay_script "cut EvictControl $when"
    relay_reset
    expect_ok "${keep[@]}" EC
    expect grep -q 'EvictControl' "$RELAY_LOG"
    relay_script
    expect_ok openssl req -provider tpm2 -provider default -new \
        -key "$T/key.pem" -subj /CN=device -out "$T/csr"
    expect_request "$T/csr"
    tpm_direct tpm2_evictcontrol -Q -C o -c "$HANDLE" >/dev/null
done

# Somebody else's key stays, and the error says that it is there.
tpm_key "$HANDLE" ecc256
relay_script 'cut Create after'
expect_error 'is taken, and a key is never overwritten' "${keep[@]}" EC
expect_not is_free
expect tpm_is_clean
