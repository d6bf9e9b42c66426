#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A password opens the key, a wrong one or none does not, it is asked for in the
# usual ways, and it never crosses the bus.
. "$(dirname "$0")/../fixture/lib.sh"

password=correct-horse-battery
wrong=incorrect-horse-42
tpm_start --no-ek
tpm_key 0x81000010 ecc256 "$password"
tpm_key 0x81000011 rsa2048 "$password"
tpm_key 0x81000012 ecc256
relay_start

# not_seen TEXT: these bytes are in nothing that was sent.
not_seen()
{
    local hex
    hex=$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')
    expect test -s "$RELAY_DUMP"
    expect_not grep -q "$hex" "$RELAY_DUMP"
}

key_file "$T/ec.pem" -algorithm EC -pkeyopt group:P-256 \
    -pkeyopt "user-auth:$password"
not_seen "$password"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048 \
    -pkeyopt "user-auth:$password"
not_seen "$password"

# opens KEY: with the password in each way, and not without.
opens()
{
    local key=$1
    expect_ok openssl dgst -sha256 -sign "$key" -passin "pass:$password" \
        -out "$T/sig" "$0"
    printf '%s\n' "$password" >"$T/password"
    expect_ok openssl dgst -sha256 -sign "$key" -passin "file:$T/password" \
        -out "$T/sig" "$0"
    expect_ok openssl req -new -key "$key" -passin "pass:$password" \
        -subj /CN=device -out "$T/csr"
    expect_request "$T/csr"

    not_seen "$password"
    relay_reset
    expect_error 'tpm2:.*password' openssl dgst -sha256 -sign "$key" \
        -passin "pass:$wrong" -out "$T/none" "$0"
    expect test "$(grep -c 'rc=0x00000[0-9]8e\|rc=0x00000[0-9]a2' \
        "$RELAY_LOG")" = 1
    expect_error . openssl dgst -sha256 -sign "$key" -passin pass: \
        -out "$T/none" "$0"
    not_seen "$password"
    not_seen "$wrong"
    # nobody answers when it is asked for: it is not guessed
    relay_reset
    expect_error . setsid -w openssl dgst -sha256 -sign "$key" \
        -out "$T/none" "$0"
    expect_not grep -q 'rc=0x00000[0-9]8e\|rc=0x00000[0-9]a2' "$RELAY_LOG"
}

story()
{
    local key
    for key in 'handle:0x81000010?pass' 'handle:0x81000011?pass' \
        "$T/ec.pem" "$T/rsa.pem"; do
        opens "$key"
        # Wrong guesses count, so heal: these keys may be under DA protection.
        tpm_direct tpm2_dictionarylockout -c
    done
}

each_order story

# Who says no `?pass` has a key without a password, and is asked for none.
relay_reset
expect_ok setsid -w openssl dgst -provider tpm2 -provider default -sha256 \
    -sign handle:0x81000012 -out "$T/sig" "$0"
expect_error . setsid -w openssl dgst -provider tpm2 -provider default \
    -sha256 -sign handle:0x81000010 -out "$T/none" "$0"

# The dump would have shown it.
printf 'x%s' "$password" | od -An -v -tx1 | tr -d ' \n' >>"$RELAY_DUMP"
expect grep -q "$(printf %s "$password" | od -An -v -tx1 | tr -d ' \n')" \
    "$RELAY_DUMP"
expect tpm_is_clean
