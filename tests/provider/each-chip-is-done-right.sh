#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In front of a TPM that claims to be another chip and does as that one
# (tests/data/profiles: three slots, no SHA-384 or SHA-512, a salt of 222 bytes,
# ten tries, a gap of 255): what was asked for is signed as it was asked for, or
# refused with a sentence, and no session outlives a signature.
#
#     tests/provider/each-chip-is-done-right.sh [SIGNATURES]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"
sign=$BUILD_ROOT/tests/provider/sign-and-let-go
signatures=${1:-12}
: >"$T/data"

# import HANDLE ATTRIBUTES: the software key $T/soft.pem as a persistent key.
import()
{
    tpm_direct tpm2_import -Q -C "$PARENT" -G rsa -i "$T/soft.pem" \
        -a "userwithauth|noda|$2" -u "$T/pub" -r "$T/priv"
    tpm_direct tpm2_load -Q -C "$PARENT" -u "$T/pub" -r "$T/priv" \
        -c "$T/key.ctx"
    tpm_direct tpm2_evictcontrol -Q -C o -c "$T/key.ctx" "$1" >/dev/null
    tpm_direct tpm2_flushcontext -t
}

# signs KEY OPTION…: and OpenSSL without a TPM verifies it, salt and all.
signs()
{
    local key=$1 public=$T/soft.pub
    shift
    test "$key" != handle:0x81000012 || public=$T/ec.pub
    expect_ok openssl dgst "$@" -sign "$key" -out "$T/sig" "$T/data"
    expect_ok openssl_plain dgst "$@" -verify "$public" -signature "$T/sig" \
        "$T/data"
}

# refuses TEXT KEY OPTION…
refuses()
{
    local text=$1 key=$2
    shift 2
    expect_error "$text" openssl dgst "$@" -sign "$key" -out "$T/none" "$T/data"
}

both=handle:0x81000010 # sign and decrypt
only=handle:0x81000011 # sign
pss=(-sigopt rsa_padding_mode:pss -sigopt)

tpm_start --no-ek
policy_parent
openssl_plain genrsa -out "$T/soft.pem" 2048
openssl_plain pkey -in "$T/soft.pem" -pubout -out "$T/soft.pub"
import 0x81000010 'sign|decrypt'
import 0x81000011 'sign'
tpm_key 0x81000012 ecc256
providers default tpm2
openssl pkey -in handle:0x81000012 -pubout -out "$T/ec.pub"
key_file "$T/secret.pem" -algorithm EC -pkeyopt user-auth:secret

for profile in "$SOURCE_ROOT"/tests/data/profiles/*.profile; do
    echo "== $(basename "$profile" .profile)"
    sed "s|@KEY@|$T/soft.pem|" "$profile" >"$T/profile"
    has() { ! grep -q "^lacks $1" "$T/profile"; }
    tpm_use tpm
    relay_start "$T/profile"

    # A key that may decrypt is padded for on the host where the chip cannot.
    for hash in sha256 sha384 sha512; do
        signs "$both" "-$hash"
        signs "$both" "-$hash" "${pss[@]}" rsa_pss_saltlen:digest
        signs handle:0x81000012 "-$hash"
    done
    signs "$both" -sha256 "${pss[@]}" rsa_pss_saltlen:222
    # One that may only sign does what the chip does.
    signs "$only" -sha256
    if grep -q '^salt longest' "$T/profile"; then
        signs "$only" -sha256 "${pss[@]}" rsa_pss_saltlen:222
        refuses 'does not make PSS signatures with SHA2*-*256' "$only" \
            -sha256 "${pss[@]}" rsa_pss_saltlen:digest
    else
        signs "$only" -sha256 "${pss[@]}" rsa_pss_saltlen:digest
        refuses 'does not make PSS signatures with SHA2*-*256' "$only" \
            -sha256 "${pss[@]}" rsa_pss_saltlen:222
    fi
    if has 0x000c; then
        signs "$only" -sha384
    else
        refuses 'does not have that hash' "$only" -sha384
    fi

    # What it says of itself is what people are told.
    expect_ok tpm2_getcap properties-fixed
    relay_script 'answer Sign 0x921'
    tries=$(awk '$1 == "property" && $2 == "0x20f" {print $3}' "$T/profile")
    refuses "wrong passwords of $tries that it bears" "$both" -sha256
    relay_script

    # Each signature with a password has a session, which ends with it.
    relay_reset
    expect_ok timeout 60 "$sign" "file:$T/secret.pem" "$signatures" - secret
    expect test "$(relay_count StartAuthSession)" = "$signatures"
    expect test "$(relay_count ContextSave)" = 1 # of the key
    expect_not grep -q ' Sign .*sessions=0x0[23]......:.[13579bdf]:' "$RELAY_LOG"
    expect tpm_is_clean
done
