#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a TPM key signs, OpenSSL without any TPM verifies: RSA and EC with every
# hash, PSS with the salt that was asked for, and a digest made beforehand.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
printf 'what is signed' >"$T/data"
printf 'what is signeD' >"$T/other"

for name in rsa:0x81000010 ec:0x81000011; do
    expect_ok openssl pkey -provider tpm2 -provider base \
        -in "handle:${name#*:}" -pubout -out "$T/${name%:*}.pub"
done

# verifies PUBLIC OPTION…: right on the data, wrong on any other.
verifies()
{
    local public=$1
    shift
    expect_ok openssl_plain dgst "$@" -verify "$public" -signature "$T/sig" \
        "$T/data"
    SHOWN=$((SHOWN + 1))
    ! openssl_plain dgst "$@" -verify "$public" -signature "$T/sig" \
        "$T/other" >"$T/out" 2>&1 || claim_fails 'verifies anything' "$@"
}

digests()
{
    local hash
    for hash in sha256 sha384 sha512; do
        expect_ok openssl dgst -$hash -sign handle:0x81000010 \
            -out "$T/sig" "$T/data"
        verifies "$T/rsa.pub" -$hash
        expect_ok openssl dgst -$hash -sign handle:0x81000011 \
            -out "$T/sig" "$T/data"
        verifies "$T/ec.pub" -$hash
    done
}

pss()
{
    local hash
    for hash in sha256 sha384 sha512; do
        expect_ok openssl dgst -$hash -sign handle:0x81000010 \
            -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
            -out "$T/sig" "$T/data"
        verifies "$T/rsa.pub" -$hash -sigopt rsa_padding_mode:pss \
            -sigopt rsa_pss_saltlen:digest
    done
}

pkeyutl()
{
    local handle name
    openssl_plain dgst -sha256 -binary -out "$T/digest" "$T/data"
    for name in rsa:0x81000010 ec:0x81000011; do
        handle=handle:${name#*:}
        expect_ok openssl pkeyutl -sign -inkey "$handle" -in "$T/digest" \
            -pkeyopt digest:sha256 -out "$T/sig"
        verifies "$T/${name%:*}.pub" -sha256
        expect_ok openssl pkeyutl -sign -rawin -digest sha256 \
            -inkey "$handle" -in "$T/data" -out "$T/sig"
        verifies "$T/${name%:*}.pub" -sha256
    done
    expect_ok openssl pkeyutl -sign -inkey handle:0x81000010 \
        -in "$T/digest" -pkeyopt digest:sha256 \
        -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest \
        -out "$T/sig"
    verifies "$T/rsa.pub" -sha256 -sigopt rsa_padding_mode:pss \
        -sigopt rsa_pss_saltlen:digest
}

# Any salt and any mask, with a key that may sign and decrypt; and what the
# request says of itself is what it has.
salts()
{
    local salt
    for salt in 0 20 32 222 digest max; do
        expect_ok openssl dgst -sha256 -sign "$T/both.pem" \
            -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt \
            -out "$T/sig" "$T/data"
        verifies "$T/both.pub" -sha256 -sigopt rsa_padding_mode:pss \
            -sigopt rsa_pss_saltlen:${salt/max/222}
        expect_ok openssl req -new -key "$T/both.pem" -subj /CN=device \
            -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt \
            -out "$T/csr"
        expect_request "$T/csr"
    done
    expect_ok openssl dgst -sha512 -sign "$T/both.pem" \
        -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256 \
        -sigopt rsa_pss_saltlen:digest -out "$T/sig" "$T/data"
    verifies "$T/both.pub" -sha512 -sigopt rsa_padding_mode:pss \
        -sigopt rsa_mgf1_md:sha256 -sigopt rsa_pss_saltlen:digest
    expect_error 'a salt of 223 bytes does not fit' openssl dgst -sha256 \
        -sign "$T/both.pem" -sigopt rsa_padding_mode:pss \
        -sigopt rsa_pss_saltlen:223 -out "$T/none" "$T/data"
}

key_file "$T/both.pem" -algorithm RSA -pkeyopt bits:2048
expect_ok openssl pkey -provider tpm2 -provider base -in "$T/both.pem" \
    -pubout -out "$T/both.pub"

each_order salts
each_order digests
each_order pss
each_order pkeyutl

# Refused beside what is accepted: a digest of the wrong length, and a salt
# that this TPM does not make, with a key that may only sign.
providers default tpm2
head -c 20 "$T/digest" >"$T/short"
expect_error . openssl pkeyutl -sign -inkey handle:0x81000010 -in "$T/short" \
    -pkeyopt digest:sha256 -out "$T/none"
expect_ok openssl pkeyutl -sign -inkey handle:0x81000010 -in "$T/digest" \
    -pkeyopt digest:sha256 -out "$T/sig"
expect_error 'key may not decrypt, so that they cannot be padded' \
    openssl dgst -sha256 -sign handle:0x81000010 \
    -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:7 \
    -out "$T/none" "$T/data"
expect tpm_is_clean
