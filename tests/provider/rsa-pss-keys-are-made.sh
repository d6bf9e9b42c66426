#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `genpkey -algorithm RSA-PSS` makes a key of one scheme and one digest, as
# tpm2-openssl does: it signs with those and nothing else, its certificate says
# so, and each of the two providers uses what the other made.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
printf 'what is signed' >"$T/data"

# signs FILE HASH
signs()
{
    expect_ok openssl pkey -in "$1" -pubout -out "$T/pub"
    expect_ok openssl dgst "-$2" -sign "$1" -sigopt rsa_pss_saltlen:digest \
        -out "$T/sig" "$T/data"
    expect_ok openssl_plain dgst "-$2" -verify "$T/pub" -signature "$T/sig" \
        -sigopt rsa_pss_saltlen:digest "$T/data"
}

makes()
{
    local hash option
    for hash in sha256 sha384; do
        for option in "digest:$hash" "rsa_pss_keygen_md:$hash"; do
            expect_ok openssl genpkey -propquery '?provider=tpm2' \
                -algorithm RSA-PSS -pkeyopt bits:2048 -pkeyopt "$option" \
                -out "$T/$hash.pem"
            expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' "$T/$hash.pem"
        done
        signs "$T/$hash.pem" $hash
        expect_ok openssl req -x509 -new -key "$T/$hash.pem" -$hash \
            -subj /CN=device -out "$T/crt"
        expect_ok openssl_plain verify -CAfile "$T/crt" "$T/crt"
    done
    expect_ok openssl genpkey -propquery '?provider=tpm2' \
        -algorithm RSA-PSS -out "$T/key.pem"
    signs "$T/key.pem" sha256
    expect_error 'made for SHA2-256 alone, it cannot sign with SHA2-384' \
        openssl dgst -sha384 -sign "$T/key.pem" -out "$T/none" "$T/data"
    expect_error 'made for another padding' openssl dgst -sha256 \
        -sign "$T/key.pem" -sigopt rsa_padding_mode:pkcs1 -out "$T/none" \
        "$T/data"
    expect_error 'has to be SHA1, SHA256' openssl genpkey \
        -propquery '?provider=tpm2' -algorithm RSA-PSS -pkeyopt digest:md5 \
        -out "$T/none"
}

each_order makes

if test -e "$PEER_MODULES/tpm2.so" &&
    test "$PEER_MODULES" != "$OPENSSL_MODULES"; then
    bare=(-provider tpm2 -provider default -propquery '?provider=tpm2')
    OPENSSL_MODULES=$PEER_MODULES expect_ok "$OPENSSL" genpkey "${bare[@]}" \
        -algorithm RSA-PSS -pkeyopt digest:sha256 -out "$T/peer.pem"
    providers default tpm2
    signs "$T/peer.pem" sha256
    providers
    OPENSSL_MODULES=$PEER_MODULES expect_ok "$OPENSSL" dgst "${bare[@]}" \
        -sha256 -sign "$T/key.pem" -sigopt rsa_padding_mode:pss \
        -out "$T/sig" "$T/data"
fi
expect tpm_is_clean
