#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The public half of a key file is in the file: reading it takes no TPM command,
# and no TPM.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/ec.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
relay_start

reads()
{
    for kind in ec rsa; do
        relay_expect 0 openssl pkey -in "$T/$kind.pem" -pubout -out "$T/pub"
        expect grep -q -- '-BEGIN PUBLIC KEY-' "$T/pub"
        relay_expect 0 openssl_plain pkey -pubin -in "$T/pub" -noout
        relay_expect 0 openssl pkey -in "$T/$kind.pem" -noout -text_pub
        relay_expect 0 openssl pkey -in "$T/$kind.pem" -outform DER -pubout \
            -out "$T/pub.der"
        relay_expect 0 openssl_plain pkey -pubin -inform DER -in "$T/pub.der" \
            -noout
    done
}

each_order reads
relay_expect 0 openssl pkey -provider tpm2 -provider base -in "$T/ec.pem" \
    -pubout -out "$T/bare"
relay_expect 0 openssl pkey -provider tpm2 -provider default -in "$T/ec.pem" \
    -pubout -out "$T/pub"
expect cmp "$T/bare" "$T/pub"

tpm_crash
each_order reads
