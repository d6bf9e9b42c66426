#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A small PEM file takes programs that only open files to a key at a persistent
# handle: genpkey and pkey write it, everything reads it, the wrong key behind
# it is refused, and others who read it say that they do not know it.
. "$(dirname "$0")/../fixture/lib.sh"

need python3
wrap python3

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256 secret
relay_start

# signs FILE [PASSWORD]: and the public half is the same by file and by handle.
signs()
{
    local pass=${2:+-passin "pass:$2"}
    # shellcheck disable=SC2086 # words are meant
    expect_ok openssl dgst -sha256 -sign "$1" $pass -out "$T/sig" "$0"
    expect_ok openssl pkey -in "$1" -pubout -out "$T/pub"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$0"
}

is_reference()
{
    expect grep -qx -- '-----BEGIN TPM2 KEY REFERENCE-----' "$1"
    expect test "$(wc -c <"$1")" -lt 600
}

makes()
{
    local kind
    for kind in 'EC -pkeyopt group:P-256' 'RSA -pkeyopt bits:2048'; do
        # shellcheck disable=SC2086 # words are meant
        expect_ok openssl genpkey -propquery '?provider=tpm2' \
            -algorithm $kind -pkeyopt handle:0x81000020 -out "$T/new.pem"
        is_reference "$T/new.pem"
        expect_ok openssl_plain asn1parse -in "$T/new.pem"
        expect grep -q 'UTF8STRING *:handle:0x81000020$' "$T/out"
        signs "$T/new.pem"
        expect_ok openssl pkey -in handle:0x81000020 -pubout -out "$T/pub2"
        expect cmp "$T/pub" "$T/pub2"
        tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000020 >/dev/null
    done
}

# Of a key that is there already, whoever made it; a password is asked for.
writes()
{
    expect_ok openssl pkey -in handle:0x81000010 -out "$T/rsa.pem"
    is_reference "$T/rsa.pem"
    signs "$T/rsa.pem"
    expect_ok openssl pkey -in 'handle:0x81000011?pass' -passin pass:secret \
        -out "$T/ec.pem"
    signs "$T/ec.pem" secret
    expect_error 'has a password, and none was given' setsid -w openssl dgst \
        -sha256 -sign "$T/ec.pem" -out "$T/none" "$0"
    expect_ok openssl pkey -in "$T/rsa.pem" -outform DER -out "$T/rsa.der"
    expect_ok openssl pkey -in "$T/rsa.der" -inform DER -out "$T/again.pem"
    expect cmp "$T/again.pem" "$T/rsa.pem"
}

# As little as with the handle itself; nothing for the public half.
counts()
{
    relay_expect 2 openssl req -new -key "$T/rsa.pem" -subj /CN=device \
        -out "$T/csr"
    expect_request "$T/csr"
    relay_expect 0 openssl pkey -in "$T/rsa.pem" -pubout
}

# A program of the kind that is meant: it opens one file and knows no store.
uses()
{
    expect_ok openssl req -new -x509 -key "$T/rsa.pem" -subj /CN=localhost \
        -out "$T/crt"
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 expect_ok python3 -c '
import ssl, sys
ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*sys.argv[1:])' \
        "$T/crt" "$T/rsa.pem"
}

bad()
{
    local i
    expect_error . openssl_plain pkey -in "$T/rsa.pem" -pubout
    head -c 200 "$T/rsa.der" >"$T/short.der"
    expect_error . openssl pkey -in "$T/short.der" -inform DER -pubout
    sed 4d "$T/rsa.pem" >"$T/short.pem"
    expect_error 'reference to a TPM key is cut short or corrupt' \
        openssl pkey -in "$T/short.pem" -pubout
    tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000010 >/dev/null
    expect_error 'there is nothing at this handle' openssl dgst -sha256 \
        -sign "$T/rsa.pem" -out "$T/none" "$0"
    for i in rsa2048 ecc256; do
        tpm_key 0x81000010 $i
        expect_error 'stands another key by now than the one that the file' \
            openssl dgst -sha256 -sign "$T/rsa.pem" -out "$T/none" "$0"
        expect_ok openssl dgst -sha256 -sign handle:0x81000010 \
            -out "$T/sig" "$0"
        tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000010 >/dev/null
    done
}

each_order makes
each_order writes
each_order counts
each_order uses
providers default tpm2
bad
expect tpm_is_clean
