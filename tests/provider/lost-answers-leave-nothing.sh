#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An object whose handle nobody told, as the answer was lost or its handle was
# changed on its way, is found by its name and flushed; so are sessions, and what
# a restricted key has hashed in the TPM. TPMs are looked through only then.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/key.pem"
key_file "$T/password.pem" -algorithm EC -pkeyopt user-auth:secret
tpm_key 0x81000010 ecc256 secret
relay_start
sign=(openssl dgst -provider tpm2 -provider default -sha256 -passin pass:secret
    -out "$T/sig")

for key in "$T/key.pem" "$T/password.pem" 'handle:0x81000010?pass'; do
    for command in CreatePrimary Load StartAuthSession; do
        relay_script
        relay_reset
        expect_ok "${sign[@]}" -sign "$key" "$0"
        expect test "$(relay_count GetCapability)" = 0
        test "$(relay_count "$command")" -gt 0 || continue
        for when in during after; do
            relay_script "cut $command $when"
            expect_ok "${sign[@]}" -sign "$key" "$0"
            expect tpm_is_clean
        done
        # byte 13 is the last of the handle
        relay_script "flip $command 13"
        timeout 30 "${sign[@]}" -sign "$key" "$0" >"$T/out" 2>"$T/err" || true
        expect tpm_is_clean
    done
done

# More than one command holds, so that the TPM hashes it in an object.
tpm_direct tpm2_createek -Q -G ecc -c 0x81010001
tpm_direct tpm2_createak -Q -C 0x81010001 -G ecc -g sha256 -s ecdsa \
    -c "$T/ak.ctx"
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_evictcontrol -Q -c "$T/ak.ctx" 0x81000020
tpm_direct tpm2_flushcontext -t
head -c 3000 /dev/zero >"$T/data"
for rule in 'cut HashSequenceStart after' 'flip HashSequenceStart 13' \
    'cut SequenceUpdate after' 'cut SequenceComplete during'; do
    relay_script "$rule"
    timeout 30 "${sign[@]}" -sign handle:0x81000020 "$T/data" >"$T/out" \
        2>"$T/err" || true
    expect grep -q 'by=relay$' "$RELAY_LOG"
    expect tpm_is_clean
    relay_script
    relay_reset
    expect_ok "${sign[@]}" -sign handle:0x81000020 "$T/data"
done
