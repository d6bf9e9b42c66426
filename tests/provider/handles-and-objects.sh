#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys that others made and named: a persistent handle in any spelling, and the
# serialized object that tpm2_evictcontrol and tpm2_readpublic write.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_readpublic

tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm_key 0x81000011 rsa2048
tpm_direct tpm2_readpublic -Q -c 0x81000010 -t "$T/ec.object" -f pem \
    -o "$T/ec.pub"
tpm_direct tpm2_readpublic -Q -c 0x81000011 -t "$T/rsa.object" -f pem \
    -o "$T/rsa.pub"

same_key()
{
    local name=$1 uri
    shift
    for uri in "$@"; do
        expect_ok openssl pkey -in "$uri" -pubout -out "$T/pub"
        expect cmp "$T/pub" "$T/$name.pub"
        expect_ok openssl dgst -sha256 -sign "$uri" -out "$T/sig" "$0"
        expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
            -signature "$T/sig" "$0"
    done
}

each_order same_key ec handle:0x81000010 "object:$T/ec.object"
each_order same_key rsa handle:0x81000011 "object:$T/rsa.object"

# Another key stands there by now: the object says which one was meant.
tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000010 >/dev/null
tpm_key 0x81000010 ecc256
refused()
{
    expect_error . openssl dgst -sha256 -sign "object:$T/ec.object" \
        -out "$T/none" "$0"
    expect_ok openssl dgst -sha256 -sign handle:0x81000010 -out "$T/sig" "$0"
    expect_ok openssl dgst -sha256 -sign "object:$T/rsa.object" \
        -out "$T/sig" "$0"
}
each_order refused

# An object file cut short or of something else.
head -c 20 "$T/rsa.object" >"$T/short.object"
: >"$T/empty.object"
cut_short()
{
    local bad
    for bad in short.object empty.object rsa.pub missing.object; do
        expect_error . openssl pkey -in "object:$T/$bad" -pubout
    done
}
each_order cut_short
expect tpm_is_clean
