#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Power cuts lock nobody out: keys without a password are not under dictionary
# attack protection. Three tries are this TPM's limit; six cuts are made, and
# the control, a key that is protected, does not survive them.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_dictionarylockout tpm2_create

# signs KEY…: with each of them; false when one fails.
signs()
{
    local key
    for key; do
        openssl dgst -provider tpm2 -provider default -sha256 -sign "$key" \
            -out "$T/sig" "$0" >"$T/out" 2>"$T/err" || return 1
    done
}

tpm_start --no-ek
tpm2_dictionarylockout -Q -s -n 3 -t 7200 -l 86400
key_file "$T/ec.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
for ((cut = 0; cut < 6; cut++)); do
    expect signs "$T/ec.pem" "$T/rsa.pem"
    tpm_restart --crash
done
expect signs "$T/ec.pem" "$T/rsa.pem"
tpm2_getcap properties-variable >"$T/properties"
expect grep -q 'TPM2_PT_LOCKOUT_COUNTER: 0x0$' "$T/properties"

# The control.
tpm_start --no-ek protected
tpm2_dictionarylockout -Q -s -n 3 -t 7200 -l 86400
tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm2_create -Q -C "$T/parent.ctx" -G ecc256 -u "$T/pub" -r "$T/priv" \
    -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth'
tpm2_flushcontext -t
tpm2_load -Q -C "$T/parent.ctx" -u "$T/pub" -r "$T/priv" -c "$T/key.ctx"
tpm2_flushcontext -t
tpm2_evictcontrol -Q -C o -c "$T/key.ctx" 0x81000010 >/dev/null
tpm2_flushcontext -t
expect signs handle:0x81000010
for ((cut = 0; cut < 6; cut++)); do
    signs handle:0x81000010 || break
    tpm_restart --crash
done
expect_error 'tpm2:.*locked' openssl dgst -provider tpm2 \
    -provider default -sha256 -sign handle:0x81000010 -out "$T/none" "$0"
