#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The private half of a TPM key goes nowhere: what OpenSSL writes of it is the
# key file again, which only this TPM can use.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
key_file "$T/ec.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048

# nothing_private FILE: no key in clear, by armour or by label.
nothing_private()
{
    expect_not grep -qE -- '-BEGIN (RSA |EC |ENCRYPTED )?PRIVATE KEY-' "$1"
    expect_not grep -qiE '^ *(priv|privateExponent|prime1):' "$1"
}

stays()
{
    local key option
    for key in "$T/ec.pem" "$T/rsa.pem" handle:0x81000010; do
        for option in -text '-outform PEM' '-outform DER' -traditional \
            '-aes128 -passout pass:x'; do
            rm -f "$T/written"
            # shellcheck disable=SC2086 # words are meant
            timeout 20 openssl pkey -in "$key" $option -out "$T/written" \
                >"$T/out" 2>"$T/err" || expect test "$?" = 1
            no_sanitizer_report pkey "$option"
            touch "$T/written"
            nothing_private "$T/written"
            nothing_private "$T/out"
            # a software key would be read without any TPM
            SHOWN=$((SHOWN + 1))
            ! openssl_plain pkey -in "$T/written" -noout 2>/dev/null ||
                die "$key $option: OpenSSL alone reads what was written"
        done
    done
    # Written again, a key file is the same key.
    expect_ok openssl pkey -in "$T/ec.pem" -out "$T/again.pem"
    expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' "$T/again.pem"
    expect_ok openssl dgst -sha256 -sign "$T/again.pem" -out "$T/sig" "$0"
    expect_ok openssl pkey -in "$T/ec.pem" -pubout -out "$T/pub"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$0"
    expect_ok openssl pkey -in "$T/ec.pem" -outform DER -out "$T/again.der"
    expect_ok openssl pkey -in "$T/again.der" -out "$T/again2.pem"
    expect cmp "$T/ec.pem" "$T/again2.pem"
    expect_error . openssl pkcs12 -export -nocerts -inkey "$T/ec.pem" \
        -passout pass:x -out "$T/p12"
    expect_error . openssl rsa -in "$T/rsa.pem" -traditional -out "$T/trad"
}

each_order stays

# The control: of a software key all this is written.
ca_key "$T/soft.pem"
expect_ok openssl_plain pkey -in "$T/soft.pem" -text
expect grep -q '^priv:' "$T/out"
expect tpm_is_clean
