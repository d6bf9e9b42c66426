#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A request with a persistent key costs the TPM two commands: one to read the
# public area, one to sign.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
relay_start

requests()
{
    for handle in 0x81000010 0x81000011; do
        relay_expect 2 openssl req "$@" -new -key "handle:$handle" \
            -subj /CN=device -out "$T/csr"
        expect test "$(relay_count Sign)" = 1
        expect_request "$T/csr"
    done
}

each_order requests
requests -provider tpm2
requests -provider tpm2 -provider default
expect tpm_is_clean
