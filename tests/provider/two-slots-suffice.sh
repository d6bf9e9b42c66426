#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two object slots suffice, with no resource manager: of this TPM's three one is
# a stranger's for the whole time, and everything works.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_createprimary

# strangers NUMBER: so many objects of somebody else are in the TPM.
strangers()
{
    test "$(tpm_direct tpm2_getcap handles-transient | grep -c 0x80)" = "$1"
}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm_key 0x81000011 rsa2048
tpm2_createprimary -Q -C n -G ecc -c "$T/stranger.ctx"
expect strangers 1

story()
{
    local key
    key_file "$T/ec.pem" -algorithm EC -pkeyopt group:P-256
    key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
    key_file "$T/password.pem" -algorithm EC -pkeyopt group:P-256 \
        -pkeyopt user-auth:secret
    for key in "$T/ec.pem" "$T/rsa.pem" handle:0x81000010 handle:0x81000011; do
        expect_ok openssl req -new -key "$key" -subj /CN=d -out "$T/csr"
        expect_ok openssl req -x509 -new -key "$key" -subj /CN=d \
            -out "$T/crt"
        expect_ok openssl cms -sign -nodetach -in "$0" -signer "$T/crt" \
            -inkey "$key" \
            -outform PEM -out "$T/message"
        expect_ok openssl dgst -sha256 -sign "$key" -out "$T/sig" "$0"
    done
    expect_ok openssl dgst -sha256 -sign "$T/password.pem" \
        -passin pass:secret -out "$T/sig" "$0"
    expect strangers 1
}
each_order story

# The control: two strangers leave too little for a key file, not for a handle,
# and what is ours is gone after the failure too.
tpm2_createprimary -Q -C n -G rsa -c "$T/stranger2.ctx"
expect strangers 2
expect_error 'tpm2:.*memory for keys' openssl dgst -provider tpm2 \
    -provider default -sha256 -sign "$T/ec.pem" -out "$T/none" "$0"
expect strangers 2
expect_ok openssl dgst -provider tpm2 -provider default -sha256 \
    -sign handle:0x81000010 -out "$T/sig" "$0"
expect strangers 2
