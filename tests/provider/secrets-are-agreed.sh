#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ECDH with a key in the TPM comes to what the peer comes to by itself: bare and
# with the KDF of X9.63, on each curve; the secret crosses the bus encrypted;
# and public keys stay in software for all else.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
for curve in P-256 P-384 P-521; do
    key_file "$T/$curve.pem" -algorithm EC -pkeyopt "group:$curve"
    expect_ok openssl pkey -provider tpm2 -provider base -in "$T/$curve.pem" \
        -pubout -out "$T/$curve.pub"
    openssl_plain genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" \
        -out "$T/$curve.peer"
    openssl_plain pkey -in "$T/$curve.peer" -pubout -out "$T/$curve.peerpub"
done
key_file "$T/password.pem" -algorithm EC -pkeyopt group:P-256 \
    -pkeyopt user-auth:secret
tpm_key 0x81000011 ecc256
relay_start

# agrees CURVE OPTION…: the same on both sides, and not seen on the way.
agrees()
{
    local curve=$1
    shift
    expect_ok openssl_plain pkeyutl -derive -inkey "$T/$curve.peer" \
        -peerkey "$T/$curve.pub" -out "$T/theirs" "$@"
    relay_reset
    expect_ok openssl pkeyutl -derive -inkey "$T/$curve.pem" \
        -peerkey "$T/$curve.peerpub" -out "$T/ours" "$@"
    expect cmp "$T/ours" "$T/theirs"
    expect test "$(relay_count ECDH_ZGen)" = 1
    expect_not grep -qi "$(head -c 16 "$T/ours" | od -An -tx1 | tr -d ' \n')" \
        "$RELAY_DUMP"
}

secrets()
{
    local curve
    for curve in P-256 P-384 P-521; do
        agrees $curve
        agrees $curve -pkeyopt kdf-type:X963KDF -pkeyopt kdf-digest:SHA256 \
            -pkeyopt kdf-outlen:40
        agrees $curve -pkeyopt kdf-type:X963KDF -pkeyopt kdf-digest:SHA384 \
            -pkeyopt kdf-outlen:16 -pkeyopt hexkdf-ukm:0102
    done
}

# A mail to a recipient whose certificate is on a curve.
envelope()
{
    expect_ok openssl req -x509 -new -key "$T/P-256.pem" -subj /CN=reader \
        -out "$T/crt"
    printf 'what nobody else may read' >"$T/data"
    expect_ok openssl_plain cms -encrypt -in "$T/data" -aes128 \
        -out "$T/mail" -recip "$T/crt"
    expect_ok openssl cms -decrypt -in "$T/mail" -inkey "$T/P-256.pem" \
        -recip "$T/crt" -out "$T/opened"
    expect grep -q 'nobody else' "$T/opened"
}

# Each beside its control, which is above.
refusals()
{
    relay_reset
    expect_error . openssl pkeyutl -derive -inkey "$T/P-256.pem" \
        -peerkey "$T/P-384.peerpub" -out "$T/none"
    expect_error 'was not made for key agreement' openssl pkeyutl -derive \
        -inkey handle:0x81000011 -peerkey "$T/P-256.peerpub" -out "$T/none"
    expect_error 'has a password, and none was given' setsid -w openssl \
        pkeyutl -derive -inkey "$T/password.pem" -out "$T/none" \
        -peerkey "$T/P-256.peerpub"
    expect test "$(relay_count ECDH_ZGen)" = 0
    expect_ok openssl pkeyutl -derive -inkey "$T/password.pem" \
        -passin pass:secret -peerkey "$T/P-256.peerpub" -out "$T/ours"
}

# Signatures of others are checked in software, also where this provider is
# asked first, and also with the whole key.
checks()
{
    local query
    expect_ok openssl dgst -sha256 -sign "$T/P-256.pem" -out "$T/sig" "$0"
    relay_reset
    for query in '' '?provider=tpm2'; do
        expect_ok openssl dgst ${query:+-propquery "$query"} -sha256 \
            -verify "$T/P-256.pub" -signature "$T/sig" "$0"
        expect_ok openssl dgst ${query:+-propquery "$query"} -sha256 \
            -prverify "$T/P-256.pem" -signature "$T/sig" "$0"
        expect_not openssl dgst ${query:+-propquery "$query"} -sha256 \
            -prverify "$T/P-256.pem" -signature "$T/sig" "$T/data"
        expect_ok openssl pkeyutl ${query:+-propquery "$query"} -derive \
            -inkey "$T/P-256.peer" -peerkey "$T/P-256.pub" -out "$T/theirs"
    done
    expect test "$(relay_count)" = 0
}

each_order secrets
each_order envelope
each_order refusals
each_order checks
providers default tpm2
relay_script 'flip ECDH_ZGen 30'
expect_error 'somebody has changed the answer' openssl pkeyutl -derive \
    -inkey "$T/P-256.pem" -peerkey "$T/P-256.peerpub" -out "$T/none"
relay_script
agrees P-256
expect tpm_is_clean
