#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A TPM that does not answer, or stops in the middle of an answer, is given up in
# time, whichever way leads to it: one sentence, and the next signature succeeds.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm_key 0x81000011 ecc256 secret
key_file "$T/key.pem"
relay_start
providers default tpm2
sed 's/^\[tpm2_provider\]/&\ntimeout = 1/' "$OPENSSL_CONF" >"$T/impatient.cnf"
sign=(timeout 10 openssl dgst -sha256 -passin pass:secret -out "$T/sig" -sign)

# gives_up KEY RULE: refused in one sentence within the time, and then not.
gives_up()
{
    relay_script "$2"
    relay_reset
    expect_error 'has not answered for 1 seconds: the connection is given up' \
        "${sign[@]}" "$1" "$0"
    expect test "$(grep -c 'tpm2:' "$T/err")" = 1
    expect grep -q 'by=relay$' "$RELAY_LOG"
    relay_script
    expect tpm_is_clean
    expect_ok "${sign[@]}" "$1" "$0"
}

# The control: with the time that is usual the same is waited for.
relay_script 'delay Sign 1500'
expect_ok "${sign[@]}" handle:0x81000010 "$0"

OPENSSL_CONF=$T/impatient.cnf
# Nothing at all; and a size that is too large by some bytes.
gives_up handle:0x81000010 'stall ReadPublic 0'
gives_up handle:0x81000010 'flip Sign 5'
# Half of an answer, and what was loaded or started meanwhile is put away.
for command in CreatePrimary StartAuthSession Sign; do
    gives_up 'handle:0x81000011?pass' "stall $command 12"
done

# What cannot be put away is no reason to refuse what can be signed.
relay_script 'stall FlushContext 5'
expect_ok "${sign[@]}" "$T/key.pem" "$0"
expect tpm_is_clean

# An RSA key may take minutes, however impatient one is.
relay_script 'delay Create 1500'
expect_ok openssl genpkey -provider tpm2 -propquery provider=tpm2 \
    -algorithm RSA -out "$T/rsa.pem"
expect grep -q ' Create .* by=tpm$' "$RELAY_LOG"

# A time that is none is not passed over.
expect_ok openssl pkey -in handle:0x81000010 -pubout
sed 's/^timeout = 1/timeout = soon/' "$T/impatient.cnf" >"$T/soon.cnf"
OPENSSL_CONF=$T/soon.cnf expect_error . openssl pkey -in handle:0x81000010 \
    -pubout

# A program as the way: one that says nothing, one that has ended.
tcti_set 'cmd:sleep 20'
expect_error 'has not answered for 1 seconds' "${sign[@]}" \
    handle:0x81000010 "$0"
tcti_set cmd:false
expect_error 'tpm2:.*the connection to the TPM is lost' \
    "${sign[@]}" handle:0x81000010 "$0"
