#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An object whose handle nobody told, as the answer was lost or its handle was
# changed on its way, is found by its name and flushed. TPMs are looked through
# only then.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/key.pem"
key_file "$T/password.pem" -algorithm EC -pkeyopt user-auth:secret
tpm_key 0x81000010 ecc256 secret
relay_start
sign=(openssl dgst -provider tpm2 -provider default -sha256 -passin pass:secret
    -out "$T/sig")

for key in "$T/key.pem" "$T/password.pem" 'handle:0x81000010?pass'; do
    for command in CreatePrimary Load; do
        relay_script
        relay_reset
        expect_ok "${sign[@]}" -sign "$key" "$0"
        expect test "$(relay_count GetCapability)" = 0
        test "$(relay_count "$command")" -gt 0 || continue
        relay_script "cut $command after"
        expect_ok "${sign[@]}" -sign "$key" "$0"
        expect tpm_is_clean
        # byte 13 is the last of the handle
        relay_script "flip $command 13"
        timeout 30 "${sign[@]}" -sign "$key" "$0" >"$T/out" 2>"$T/err" || true
        expect tpm_is_clean
    done
done
relay_script
