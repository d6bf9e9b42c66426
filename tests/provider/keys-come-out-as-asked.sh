#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is written of a key: PEM, DER, PKCS #1 and text, each read again as the
# same key; and nothing is written that would not be what was asked for.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/ec.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
key_file "$T/password.pem" -algorithm EC -pkeyopt group:P-256 \
    -pkeyopt user-auth:secret
tpm_key 0x81000010 ecc256

# public FILE [OPTION…]: its public key, in $T/out.
public()
{
    expect_ok openssl pkey -in "$@" -pubout
}

der_and_pem()
{
    local kind
    for kind in ec rsa; do
        public "$T/$kind.pem"
        cp "$T/out" "$T/$kind.pub"
        expect_ok openssl pkey -in "$T/$kind.pem" -outform DER -out "$T/k.der"
        public "$T/k.der"
        expect cmp "$T/out" "$T/$kind.pub"
        expect_ok openssl pkey -in "$T/k.der" -inform DER -out "$T/k.pem"
        expect cmp "$T/k.pem" "$T/$kind.pem"
        expect_ok openssl dgst -sha256 -sign "$T/k.der" -out "$T/sig" "$0"
        expect_ok openssl_plain dgst -sha256 -verify "$T/$kind.pub" \
            -signature "$T/sig" "$0"
    done
}

# As default writes it of the same public key.
pkcs1()
{
    expect_ok openssl rsa -in "$T/rsa.pem" -RSAPublicKey_out -out "$T/ours"
    expect_ok openssl_plain rsa -pubin -in "$T/rsa.pub" -RSAPublicKey_out \
        -out "$T/theirs"
    expect cmp "$T/ours" "$T/theirs"
}

text()
{
    expect_ok openssl pkey -in "$T/rsa.pem" -text -noout
    expect grep -qx 'Private-Key: (RSA 2048 bit, TPM 2.0)' "$T/out"
    expect grep -qx 'Parent: 0x40000001' "$T/out"
    expect grep -qx 'Exponent: 65537 (0x10001)' "$T/out"
    expect grep -qx '  sensitiveDataOrigin' "$T/out"
    sed -n '/^Modulus:/,/^Exponent:/p' "$T/out" >"$T/ours"
    expect_ok openssl_plain pkey -pubin -in "$T/rsa.pub" -text -noout
    sed -n '/^Modulus:/,/^Exponent:/p' "$T/out" >"$T/theirs"
    expect test -s "$T/ours"
    expect cmp "$T/ours" "$T/theirs"
    expect_ok openssl pkey -in handle:0x81000010 -text -noout
    expect grep -qx 'Handle: 0x81000010' "$T/out"
    expect_not grep -q '^Parent' "$T/out"
    expect_ok openssl pkey -in "$T/ec.pem" -text_pub -noout
    expect_not grep -q 'Attributes' "$T/out"
    sed -n '/^pub:/,$p' "$T/out" >"$T/ours"
    expect_ok openssl_plain pkey -pubin -in "$T/ec.pub" -text -noout
    sed -n '/^pub:/,$p' "$T/out" >"$T/theirs"
    expect cmp "$T/ours" "$T/theirs"
}

# A cipher for a file that no cipher can protect any better, and a file that
# has more to say than would be written.
refusals()
{
    expect_ok openssl pkey -in "$T/ec.pem" -out "$T/copy.pem"
    expect_error 'cannot be encrypted with AES-256-CBC' openssl pkey \
        -in "$T/ec.pem" -aes256 -passout pass:x -out "$T/encrypted.pem"
    expect test ! -s "$T/encrypted.pem"
    public "$SOURCE_ROOT/tests/unit/keyfiles/all-members.pem"
    expect_ok openssl pkey -in "$SOURCE_ROOT/tests/unit/keyfiles/all-members.pem" \
        -out "$T/policy.pem"
    openssl_plain asn1parse \
        -in "$SOURCE_ROOT/tests/unit/keyfiles/all-members.pem" >"$T/one"
    openssl_plain asn1parse -in "$T/policy.pem" >"$T/other"
    expect cmp "$T/one" "$T/other"
}

# The public half is nobody's secret; a signature without the password is
# refused before the TPM could count it as a wrong one. Without a terminal, on
# which openssl would otherwise ask whoever runs this.
passwords()
{
    public "$T/password.pem" -passin pass:secret
    cp "$T/out" "$T/password.pub"
    expect_ok setsid -w openssl pkey -in "$T/password.pem" -pubout
    expect cmp "$T/out" "$T/password.pub"
    relay_reset
    expect_error 'has a password, and none was given' setsid -w openssl dgst \
        -sha256 -sign "$T/password.pem" "$0"
    expect test "$(relay_count)" = 0
    expect_ok openssl dgst -sha256 -sign "$T/password.pem" \
        -passin pass:secret -out "$T/sig" "$0"
    expect_ok openssl_plain dgst -sha256 -verify "$T/password.pub" \
        -signature "$T/sig" "$0"
}

each_order der_and_pem
each_order pkcs1
each_order text
each_order refusals
relay_start
each_order passwords

# With tpm2 and nothing else there are digests, and they are software.
relay_reset
for hash in sha1 sha256 sha384 sha512; do
    expect_ok openssl dgst -provider tpm2 "-$hash" "$0"
    cp "$T/out" "$T/ours"
    expect_ok openssl_plain dgst "-$hash" "$0"
    expect cmp "$T/ours" "$T/out"
done
expect test "$(relay_count)" = 0
expect tpm_is_clean
