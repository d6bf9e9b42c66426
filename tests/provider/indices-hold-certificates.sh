#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Certificates and public keys in NV indices are read by URI, as tpm2-openssl
# does: the endorsement key's, where its manufacturer put it, and one's own, in
# PEM and DER, by whoever may read the index.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start
ca_make "$T/ca"

# store INDEX ATTRIBUTES FILE: in pieces, as the TPM takes them.
store()
{
    local at size
    size=$(stat -c %s "$3")
    tpm_direct tpm2_nvdefine -Q -C o -s "$size" -a "$2" "$1"
    for ((at = 0; at < size; at += 512)); do
        tail -c +$((at + 1)) "$3" | head -c 512 >"$T/piece"
        tpm_direct tpm2_nvwrite -Q -C o -i "$T/piece" --offset=$at "$1"
    done
}

# is_certificate INDEX FILE: what OpenSSL finds there.
is_certificate()
{
    expect_ok openssl x509 -provider tpm2 -provider base -in "handle:$1" \
        -outform DER -out "$T/found"
    expect cmp "$T/found" <(openssl_plain x509 -in "$2" -outform DER)
}

# The endorsement key's certificate, beside what tpm2-tools reads.
tpm_direct tpm2_nvread -Q -C o -o "$T/ek.der" 0x1c00002 2>"$T/none"
openssl_plain x509 -inform DER -in "$T/ek.der" -out "$T/ek.pem"
is_certificate 0x1c00002 "$T/ek.pem"

cat "$T/ca/server.crt" "$T/ca/iot-ca.crt" >"$T/long.pem"
openssl_plain x509 -in "$T/ca/server.crt" -outform DER -out "$T/server.der"
store 0x1000010 'authread|ownerread|ownerwrite' "$T/long.pem"
store 0x1000011 'ownerread|ownerwrite' "$T/server.der"
is_certificate 0x1000010 "$T/ca/server.crt"
is_certificate 0x1000011 "$T/ca/server.crt"

# A peer's public key, for a secret that both sides come to.
key_file "$T/mine.pem"
ca_key "$T/peer.key"
openssl_plain pkey -in "$T/peer.key" -pubout -outform DER -out "$T/peer.der"
openssl pkey -provider tpm2 -provider base -in "$T/mine.pem" -pubout \
    -out "$T/mine.pub"
store 0x1000012 'authread|no_da|ownerwrite' "$T/peer.der"
expect_ok openssl pkeyutl -provider tpm2 -provider base -provider default \
    -derive -inkey "$T/mine.pem" -peerkey handle:0x1000012 -out "$T/secret"
expect_ok openssl_plain pkeyutl -derive -inkey "$T/peer.key" \
    -peerkey "$T/mine.pub" -out "$T/other"
expect cmp "$T/secret" "$T/other"

# refused TEXT INDEX
refused()
{
    expect_error "$1" openssl x509 -provider tpm2 -provider base \
        -in "handle:$2" -noout
}
tpm_direct tpm2_nvdefine -Q -C o -s 32 0x1000020
refused 'the NV index 0x01000020: nothing has been written' 0x1000020
refused 'there is nothing at this handle' 0x1000099
tpm_direct tpm2_nvdefine -Q -C o -s 4 -a 'policyread|ownerwrite' 0x1000021
printf 1234 >"$T/rubbish"
tpm_direct tpm2_nvwrite -Q -C o -i "$T/rubbish" 0x1000021
refused 'it can only be read with its policy' 0x1000021
# An empty password may be the wrong one.
store 0x1000023 'authread|ownerwrite' "$T/peer.der"
refused 'counts towards lockout' 0x1000023
store 0x1000022 'authread|no_da|ownerwrite' "$T/rubbish"
expect_error . openssl x509 -provider tpm2 -provider base \
    -in handle:0x1000022 -noout
# Who wants a private key is told at once that an index has none.
expect_error 'is an NV index, which holds data, not a key' openssl req -new \
    -provider tpm2 -provider default -key handle:0x1000012 -subj /CN=d \
    -out "$T/none"
expect tpm_is_clean
