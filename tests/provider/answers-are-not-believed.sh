#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a session no byte of an answer can be changed unnoticed: the signature is
# refused, or it is a good one of the right message. A session that was begun
# with a changed answer signs nothing wrong either.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000011 ecc256 secret
providers default tpm2
sign=(openssl dgst -sha256 -passin pass:secret -sign 'handle:0x81000011?pass'
    -out "$T/sig" "$0")
expect_ok openssl pkey -in 'handle:0x81000011?pass' -passin pass:secret \
    -pubout -out "$T/pub"
relay_start
"${sign[@]}"
good=0 refused=0

# answer_size NAME: bytes of the answer to the last such command.
answer_size()
{
    awk -v name="$1" '$3 == name && match($0, /size=[0-9]+,[0-9]+/) {
        split(substr($0, RSTART, RLENGTH), a, ",")
        size = a[2]
    } END {print size}' "$RELAY_LOG"
}

# flip COMMAND BYTE: refused with a reason, or a signature that verifies.
flip()
{
    local status=0
    rm -f "$T/sig"
    relay_reset
    relay_script "flip $1 $2"
    timeout 20 "${sign[@]}" >"$T/out" 2>"$T/err" || status=$?
    SHOWN=$((SHOWN + 1))
    no_sanitizer_report "${sign[@]}"
    grep -q 'by=relay$' "$RELAY_LOG" || claim_fails "byte $2 was not flipped"
    if test "$status" = 0; then
        openssl_plain dgst -sha256 -verify "$T/pub" -signature "$T/sig" "$0" \
            >"$T/out" || claim_fails "$1, byte $2: a signature of nothing"
        good=$((good + 1))
    else
        test "$status" -lt 124 || claim_fails "$1, byte $2: exit $status"
        grep -q 'tpm2:' "$T/err" || claim_fails "$1, byte $2: without a reason"
        refused=$((refused + 1))
    fi
}

size=$(answer_size Sign)
expect test "$size" -gt 100
for ((byte = 0; byte < size; byte++)); do
    flip Sign "$byte"
done
echo "Sign: $size bytes flipped: $refused refused, $good good after all"
relay_script
expect tpm_is_clean

# Nobody can flush a session whose handle was changed on its way.
for ((byte = 0; byte < $(answer_size StartAuthSession); byte += 4)); do
    flip StartAuthSession "$byte"
    tpm_direct tpm2_flushcontext -l
done

# The control: with nobody in between the same command succeeds.
relay_script
expect_ok "${sign[@]}"
expect_ok openssl_plain dgst -sha256 -verify "$T/pub" -signature "$T/sig" "$0"
expect tpm_is_clean
