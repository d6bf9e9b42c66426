#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every way to have the providers, by configuration and by option, in any order,
# with no propquery and with the two that users of tpm2-openssl know.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"

# signs OPTION…: with a handle and with a file, by the TPM and verified.
signs()
{
    local key
    for key in handle:0x81000010 "$T/key.pem"; do
        expect_ok openssl req "$@" -new -key "$key" -subj /CN=d -out "$T/csr"
        expect_request "$T/csr"
        expect_ok openssl pkey "$@" -in "$key" -pubout -out "$T/pub"
        expect_ok openssl dgst "$@" -sha256 -sign "$key" -out "$T/sig" "$0"
        expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
            -signature "$T/sig" "$0"
        # verified with our provider there too
        expect_ok openssl dgst "$@" -sha256 -verify "$T/pub" \
            -signature "$T/sig" "$0"
    done
}

for query in '' '?provider=tpm2'; do
    each_order signs ${query:+-propquery "$query"}
    for order in 'default tpm2' 'tpm2 default' 'tpm2 base default' \
        'default base tpm2' 'base tpm2 default'; do
        options=()
        for name in $order; do
            options+=(-provider "$name")
        done
        signs "${options[@]}" ${query:+-propquery "$query"}
    done
done
# On top of a configuration that activates another one first.
providers default
signs -provider tpm2
providers base
signs -provider tpm2 -provider default
providers tpm2
signs -provider default
providers
expect tpm_is_clean
