#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Requests, self-signed certificates and signed messages by stock OpenSSL, with
# no propquery, whichever of `default` and `tpm2` comes first.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
key_file "$T/key.pem"
ca_make "$T/ca"
echo hello >"$T/data"

# story KEY: all of it with one key.
story()
{
    local key=$1
    expect_ok openssl req -new -key "$key" -subj /CN=device \
        -addext subjectAltName=DNS:device.example -out "$T/csr"
    expect_request "$T/csr"
    expect_ok openssl req -verify -noout -in "$T/csr"
    expect grep -q 'self-signature verify OK' "$T/err"

    expect_ok openssl req -x509 -new -key "$key" -subj /CN=self -days 2 \
        -out "$T/self.crt"
    expect_ok openssl_plain verify -CAfile "$T/self.crt" "$T/self.crt"
    expect_ok openssl x509 -req -in "$T/csr" -signkey "$key" -days 2 \
        -out "$T/self2.crt"
    expect_ok openssl_plain verify -CAfile "$T/self2.crt" "$T/self2.crt"

    ca_sign "$T/ca" "$T/csr" "$T/device.crt"
    expect_ok openssl_plain verify -purpose sslclient \
        -CAfile "$T/ca/root.crt" -untrusted "$T/ca/iot-ca.crt" "$T/device.crt"

    expect_ok openssl cms -sign -nodetach -in "$T/data" \
        -signer "$T/device.crt" \
        -inkey "$key" -outform PEM -out "$T/message"
    expect_ok openssl_plain cms -verify -inform PEM -in "$T/message" \
        -CAfile "$T/ca/chain.crt" -purpose any -out "$T/read"
    expect grep -q hello "$T/read"

    # A TPM key as the CA's, for once.
    expect_ok openssl x509 -req -in "$T/csr" -CA "$T/self.crt" \
        -CAkey "$key" -set_serial 7 -days 2 -out "$T/issued.crt"
}

each_order story handle:0x81000010
each_order story handle:0x81000011
each_order story "$T/key.pem"

# The control for all of these: a request that was changed does not verify.
openssl_plain req -in "$T/csr" -outform DER -out "$T/csr.der"
size=$(stat -c %s "$T/csr.der")
byte=$(tail -c 3 "$T/csr.der" | od -An -tu1 -N1)
printf "\\x$(printf %02x $((byte ^ 1)))" |
    dd of="$T/csr.der" bs=1 seek=$((size - 3)) conv=notrunc status=none
openssl_plain req -inform DER -in "$T/csr.der" -out "$T/bad.csr"
SHOWN=$((SHOWN + 1))
! (trap - EXIT && expect_request "$T/bad.csr") >"$T/log" 2>&1 ||
    die 'a changed request verifies'
expect tpm_is_clean
