#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bytes of which no hash is named are signed as the default provider does it:
# ECDSA takes any number of them, RSA with PKCS #1 as many as fit, and PSS
# wants the name. A chip without the hash that a curve needs says what to do.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
relay_start
providers default tpm2
for curve in P-256 P-384 P-521; do
    key_file "$T/$curve.pem" -algorithm EC -pkeyopt "group:$curve"
    expect_ok openssl pkey -in "$T/$curve.pem" -pubout -out "$T/$curve.pub"
done
key_file "$T/rsa.pem" -algorithm RSA
expect_ok openssl pkey -in "$T/rsa.pem" -pubout -out "$T/rsa.pub"
for size in 1 33 48 64 245 246; do
    head -c "$size" /dev/urandom >"$T/$size"
done

for curve in P-256 P-384 P-521; do
    for size in 1 33 48 64; do
        expect_ok openssl pkeyutl -sign -inkey "$T/$curve.pem" \
            -in "$T/$size" -out "$T/sig"
        expect_ok openssl_plain pkeyutl -verify -pubin -inkey "$T/$curve.pub" \
            -in "$T/$size" -sigfile "$T/sig"
    done
done

# Without a name there is none in the signature: what comes back is the bytes.
# (pkeyutl would refuse more than 64 of them by itself.)
for size in 1 48 245; do
    expect_ok openssl rsautl -sign -inkey "$T/rsa.pem" -in "$T/$size" \
        -out "$T/sig"
    expect_ok openssl_plain pkeyutl -verifyrecover -pubin -inkey "$T/rsa.pub" \
        -in "$T/sig" -out "$T/back"
    expect cmp "$T/back" "$T/$size"
done
expect_error '246 bytes are more than it signs' openssl rsautl -sign \
    -inkey "$T/rsa.pem" -in "$T/246" -out "$T/none"
head -c 32 "$T/48" >"$T/32"
expect_error 'the TPM has to be told of which hash a digest is' \
    openssl pkeyutl -sign -inkey handle:0x81000010 -in "$T/32" -out "$T/none"
expect_ok openssl pkeyutl -sign -inkey handle:0x81000010 -in "$T/32" \
    -pkeyopt digest:sha256 -out "$T/sig"
expect_error 'PSS needs to know of which hash' openssl pkeyutl -sign \
    -inkey "$T/rsa.pem" -in "$T/32" -pkeyopt rsa_padding_mode:pss \
    -out "$T/none"

# P-384 and SHA-384 on a chip that has the one and not the other (TPM_RC_HASH).
relay_script 'answer Sign 0x2c3 always'
expect_error 'does not have that hash.*sign with SHA-256' openssl dgst -sha384 \
    -sign "$T/P-384.pem" -out "$T/none" "$0"
relay_script
expect_ok openssl dgst -sha256 -sign "$T/P-384.pem" -out "$T/sig" "$0"
expect_ok openssl_plain dgst -sha256 -verify "$T/P-384.pub" \
    -signature "$T/sig" "$0"
expect tpm_is_clean
