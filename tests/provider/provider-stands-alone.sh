#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# As users of tpm2-openssl type it: no configuration, no provider but ours, and
# only `base` beside it for what is read from a file.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
echo data >"$T/data"

for handle in 0x81000010 0x81000011; do
    expect_ok openssl req -provider tpm2 -new -key "handle:$handle" \
        -subj /CN=device -out "$T/csr"
    expect_request "$T/csr"
    # with a serial number: random ones are for `default` to make
    expect_ok openssl req -provider tpm2 -x509 -new -key "handle:$handle" \
        -set_serial 7 -subj /CN=device -out "$T/crt"
    expect_ok openssl_plain verify -CAfile "$T/crt" "$T/crt"
    expect_ok openssl pkey -provider tpm2 -in "handle:$handle" -pubout \
        -out "$T/pub"
    expect_ok openssl dgst -provider tpm2 -sha256 -sign "handle:$handle" \
        -out "$T/sig" "$T/data"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$T/data"
done

for algorithm in 'RSA -pkeyopt bits:2048' 'EC -pkeyopt group:P-256'; do
    # shellcheck disable=SC2086 # words are meant
    expect_ok openssl genpkey -provider tpm2 -algorithm $algorithm \
        -out "$T/key.pem"
    expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' "$T/key.pem"
    expect_ok openssl req -provider tpm2 -provider base -new \
        -key "$T/key.pem" -subj /CN=device -out "$T/csr"
    expect_request "$T/csr"
    expect_ok openssl pkey -provider tpm2 -provider base -in "$T/key.pem" \
        -pubout -out "$T/pub"
    expect_ok openssl dgst -provider tpm2 -provider base -sha256 \
        -sign "$T/key.pem" -out "$T/sig" "$T/data"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$T/data"
done

# A certificate wants a serial number, and so random bytes: nobody has any but
# who is asked for them.
x509=(openssl req -provider tpm2 -x509 -new -key handle:0x81000011
    -subj /CN=device -out "$T/crt")
expect_error 'unable to fetch drbg' "${x509[@]}"
expect_ok "${x509[@]}" -set_serial 1
expect_ok "${x509[@]}" -provider default
expect_ok openssl_plain verify -CAfile "$T/crt" "$T/crt"
providers tpm2
echo 'ctr-drbg = yes' >>"$OPENSSL_CONF"
expect_ok "${x509[@]}"
providers

# The control: without our provider the same is nothing to OpenSSL.
expect_error . openssl req -provider base -new -key "$T/key.pem" \
    -subj /CN=device -out "$T/none"
expect_error . openssl req -provider default -new -key handle:0x81000010 \
    -subj /CN=device -out "$T/none"
expect tpm_is_clean
