#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What OpenSSL encrypts for the public half of an RSA key, the TPM decrypts:
# PKCS #1, OAEP with any hash, mask and label, raw; the message never crosses
# the bus in clear; and what was not encrypted so is refused in one sentence.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/key.pem" -algorithm RSA -pkeyopt bits:2048
key_file "$T/password.pem" -algorithm RSA -pkeyopt bits:2048 \
    -pkeyopt user-auth:secret
tpm_key 0x81000011 rsa2048
for name in key password; do
    expect_ok openssl pkey -provider tpm2 -provider base -in "$T/$name.pem" \
        -passin pass:secret -pubout -out "$T/$name.pub"
done
printf 'what nobody else may read' >"$T/data"
{ head -c 1 /dev/zero && head -c 255 /dev/urandom; } >"$T/block"
relay_start

# decrypts NAME DATA OPTION…: encrypted by OpenSSL alone, decrypted by the TPM,
# without a trace of it in what went over the bus.
decrypts()
{
    local name=$1 data=$2
    shift 2
    expect_ok openssl_plain pkeyutl -encrypt -pubin -inkey "$T/$name.pub" \
        -in "$data" -out "$T/sealed" "$@"
    relay_reset
    expect_ok openssl pkeyutl -decrypt -inkey "$T/$name.pem" \
        -passin pass:secret -in "$T/sealed" -out "$T/opened" "$@"
    expect cmp "$T/opened" "$data"
    expect test "$(relay_count RSA_Decrypt)" = 1
    expect_not grep -qi "$(head -c 16 "$data" | od -An -tx1 | tr -d ' \n')" \
        "$RELAY_DUMP"
}

paddings()
{
    local hash label name
    for name in key password; do
        decrypts "$name" "$T/data"
        decrypts "$name" "$T/data" -pkeyopt rsa_padding_mode:oaep
    done
    decrypts key "$T/block" -pkeyopt rsa_padding_mode:none
    for hash in sha1 sha256 sha384 sha512; do
        decrypts key "$T/data" -pkeyopt rsa_padding_mode:oaep \
            -pkeyopt rsa_oaep_md:$hash
    done
    for label in 6c6162656c00 6c6162656c; do
        decrypts key "$T/data" -pkeyopt rsa_padding_mode:oaep \
            -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_oaep_label:$label
    done
    decrypts key "$T/data" -pkeyopt rsa_padding_mode:oaep \
        -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1
}

# With the key itself, not its public half: still no business of the TPM's.
encrypts()
{
    relay_reset
    expect_ok openssl pkeyutl -encrypt -inkey "$T/key.pem" -in "$T/data" \
        -out "$T/sealed" -pkeyopt rsa_padding_mode:oaep
    expect test "$(relay_count)" = 0
    expect_ok openssl pkeyutl -decrypt -inkey "$T/key.pem" -in "$T/sealed" \
        -out "$T/opened" -pkeyopt rsa_padding_mode:oaep
    expect cmp "$T/opened" "$T/data"
}

# A mail, as people and scripts write them.
envelopes()
{
    local option
    for option in '' '-keyopt rsa_padding_mode:oaep'; do
        # shellcheck disable=SC2086 # two words are meant
        expect_ok openssl_plain cms -encrypt -in "$T/data" -aes128 \
            -out "$T/mail" -recip "$T/key.crt" $option
        expect_ok openssl cms -decrypt -in "$T/mail" -inkey "$T/key.pem" \
            -recip "$T/key.crt" -out "$T/opened"
        expect grep -q 'nobody else' "$T/opened"
    done
}

# Each beside its control, which is above: the same with what fits.
refusals()
{
    local padding
    expect_ok openssl_plain pkeyutl -encrypt -pubin -inkey "$T/key.pub" \
        -in "$T/data" -out "$T/sealed"
    for padding in 'pkcs1 password' 'oaep key'; do
        expect_error 'not encrypted for this key, or with another padding' \
            openssl pkeyutl -decrypt -inkey "$T/${padding#* }.pem" \
            -passin pass:secret -in "$T/sealed" -out "$T/none" \
            -pkeyopt "rsa_padding_mode:${padding% *}"
    done
    head -c 255 "$T/sealed" >"$T/short"
    expect_error 'not encrypted for this key' openssl pkeyutl -decrypt \
        -inkey "$T/key.pem" -in "$T/short" -out "$T/none"
    expect_error 'not made for decryption: its attribute' openssl pkeyutl \
        -decrypt -inkey handle:0x81000011 -in "$T/sealed" -out "$T/none"
    relay_reset
    expect_error 'has a password, and none was given' setsid -w openssl \
        pkeyutl -decrypt -inkey "$T/password.pem" -in "$T/sealed" \
        -out "$T/none"
    expect test "$(relay_count)" = 0
    expect test ! -s "$T/none"
}

each_order paddings
each_order encrypts
providers default tpm2
expect_ok openssl req -x509 -new -key "$T/key.pem" -subj /CN=reader \
    -out "$T/key.crt"
each_order envelopes
each_order refusals

# Somebody between us and the TPM: what comes back is used whole or not at all.
providers default tpm2
expect_ok openssl_plain pkeyutl -encrypt -pubin -inkey "$T/password.pub" \
    -in "$T/data" -out "$T/sealed"
for byte in 18 30 45; do
    relay_script "flip RSA_Decrypt $byte"
    expect_error 'somebody has changed the answer' openssl pkeyutl -decrypt \
        -inkey "$T/password.pem" -passin pass:secret -in "$T/sealed" \
        -out "$T/none"
done
relay_script
decrypts password "$T/data"
expect tpm_is_clean
