#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys that tpm2-tools made, wrapped into a key file by tpm2_encodeobject, are
# ours: RSA and EC under a persistent parent, with a password and without. One to
# which tpm2_changeauth gave another password is told apart from what it was.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_encodeobject tpm2_create python3

tpm_start --no-ek

# encode FILE EMPTY: wrap it; emptyAuth is EMPTY (1 or 0) as in the
# draft. The tpm2_encodeobject of tpm2-tools 5.4 has -p upside down.
encode()
{
    local file=$1 empty=$2 option
    for option in '' -p; do
        tpm2_encodeobject -Q -C 0x81000001 -u "$T/pub" -r "$T/priv" $option \
            -o "$file"
        tpm2_flushcontext -t && tpm2_flushcontext -l
        ! openssl_plain asn1parse -in "$file" |
            grep -qE "BOOLEAN +:$empty$" || return 0
    done
    die 'tpm2_encodeobject writes no emptyAuth'
}

# made ALGORITHM NAME [AUTH]: a key file $T/NAME.pem, and NAME.pub.
made()
{
    local empty=1
    tpm2_create -Q -C 0x81000001 -G "$1" -u "$T/pub" -r "$T/priv" \
        -f pem -o "$T/$2.pub" ${3:+-p "$3"} -a \
        'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
    tpm2_flushcontext -t
    test -z "${3:-}" || empty=0
    encode "$T/$2.pem" "$empty"
}

signs()
{
    expect_ok openssl pkey -in "$T/$1.pem" -pubout -out "$T/out.pub" \
        ${2:+-passin "pass:$2"}
    expect cmp "$T/out.pub" "$T/$1.pub"
    expect_ok openssl dgst -sha256 -sign "$T/$1.pem" \
        ${2:+-passin "pass:$2"} -out "$T/sig" "$0"
    expect_ok openssl_plain dgst -sha256 -verify "$T/$1.pub" \
        -signature "$T/sig" "$0"
}

tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" 0x81000001 >/dev/null
tpm2_flushcontext -t
made ecc256 ec
made rsa2048 rsa
made ecc256 ec-password secret
for name in ec rsa; do
    each_order signs "$name"
done
each_order signs ec-password secret
expect tpm_is_clean

# Two files of one name, in a process of which the key used last stays loaded.
made ecc256 old secret
tpm2_load -Q -C 0x81000001 -u "$T/pub" -r "$T/priv" -c "$T/key.ctx"
tpm2_changeauth -Q -C 0x81000001 -c "$T/key.ctx" -p secret -r "$T/priv" another
tpm2_flushcontext -t
encode "$T/new.pem" 0
providers default tpm2
background "$T/device.log" python3 "$SOURCE_ROOT/tests/fixture/tpm-device.py" \
    "$T/tpmrm0" "${TPM2OPENSSL_TCTI##*=}"
wait_until 10 test -e "$T/tpmrm0" || die 'no device'
tcti_set "device:$T/tpmrm0"
turns=$BUILD_ROOT/tests/provider/sign-in-turns
expect_ok "$turns" 3 "file:$T/old.pem" secret "file:$T/new.pem" another
expect_error 'the password is wrong' "$turns" 1 "file:$T/new.pem" secret
