#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With `pin` in openssl.cnf a session's salt goes to that key and no other: when
# another stands there the password is not used, and both names are told. With
# `session = always` nothing is signed without a session. A TPM that cannot read
# a salt is told of aloud; with a pin, there is no way round.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"

password=correct-horse-battery
tpm_start --no-ek
policy_parent
tpm_direct tpm2_readpublic -Q -c "$PARENT" -n "$T/name"
name=$(hex "$T/name")
tpm_key 0x81000010 ecc256 "$password"
tpm_key 0x81000011 ecc256
relay_start
providers default tpm2
key_file "$T/password.pem" -algorithm EC -pkeyopt "parent:$PARENT" \
    -pkeyopt "user-auth:$password"
key_file "$T/primary.pem" -algorithm EC -pkeyopt "user-auth:$password"

# settings LINE…: in the provider's section of openssl.cnf.
settings()
{
    providers default tpm2
    printf '%s\n' "$@" >>"$OPENSSL_CONF"
}

request()
{
    openssl req -new -passin "pass:$password" -subj /CN=d -out "$T/csr" \
        -key "$@"
}

# A pin serves keys of all kinds, and nobody else gets the salt.
settings "pin = $PARENT:$name"
for key in 'handle:0x81000010?pass' "$T/password.pem" "$T/primary.pem"; do
    relay_reset
    expect_ok request "$key"
    expect_request "$T/csr"
    expect test "$(grep -c "StartAuthSession handles=$PARENT" "$RELAY_LOG")" = 1
    expect tpm_is_clean
done

# Also when it is not the parent, whose name the session covers all the same.
tpm_direct tpm2_createprimary -Q -C e -G ecc -c "$T/other.ctx"
tpm_direct tpm2_evictcontrol -Q -C o -c "$T/other.ctx" 0x81010001 >/dev/null
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_readpublic -Q -c 0x81010001 -n "$T/name"
settings "pin = 0x81010001:$(hex "$T/name")"
for key in 'handle:0x81000010?pass' "$T/password.pem" "$T/primary.pem"; do
    relay_reset
    expect_ok request "$key"
    expect_request "$T/csr"
    expect test "$(grep -c "StartAuthSession handles=0x81010001" \
        "$RELAY_LOG")" = 1
    expect tpm_is_clean
done
expect_ok openssl genpkey -propquery '?provider=tpm2' -algorithm EC \
    -pkeyopt "parent:$PARENT" -pkeyopt "user-auth:$password" -out "$T/key.pem"
ca_key "$T/software.pem"
expect_ok openssl genpkey -propquery '?provider=tpm2' -algorithm EC \
    -pkeyopt "parent:$PARENT" -pkeyopt "import:$T/software.pem" -out "$T/key.pem"

# Without a pin the persistent key, which cannot decrypt, takes a primary.
providers default tpm2
relay_reset
expect_ok request 'handle:0x81000010?pass'
expect test "$(relay_count CreatePrimary)" = 1

# Another key at the pinned handle.
other=${name%??}00
settings "pin = $PARENT:$other"
for key in 'handle:0x81000010?pass' "$T/password.pem" "$T/primary.pem"; do
    relay_reset
    expect_error "expected $other, found $name" openssl req -new -passin \
        "pass:$password" -subj /CN=d -out "$T/none" -key "$key"
    expect test "$(relay_count StartAuthSession)" = 0
    expect test "$(relay_count Sign)" = 0
    expect tpm_is_clean
done
# What needs no session needs no pin.
expect_ok request handle:0x81000011

# A pin that cannot be read is not passed over.
for wrong in "$name" "$PARENT" "$PARENT:" "$PARENT:xyz" "0x01000001:$name"; do
    settings "pin = $wrong"
    expect_error . openssl req -new -key handle:0x81000011 -subj /CN=d \
        -out "$T/none"
done
settings 'session = sometimes'
expect_error . openssl req -new -key handle:0x81000011 -subj /CN=d \
    -out "$T/none"

# Always: no command is authorized by an empty password any more, and what is
# signed is not seen.
sessions()
{
    awk '$3 == "Sign" || $3 == "Load" || $3 == "Create"' "$RELAY_LOG" |
        grep -o 'sessions=0x[0-9a-f]*' | sort -u
}
relay_reset
settings 'session = password'
expect_ok request handle:0x81000011
expect test "$(sessions)" = sessions=0x40000009
for line in 'session = always' "session = always
pin = $PARENT:$name"; do
    settings "$line"
    relay_reset
    expect_ok openssl genpkey -propquery '?provider=tpm2' -algorithm EC \
        -pkeyopt "parent:$PARENT" -out "$T/key.pem"
    for key in handle:0x81000011 "$T/key.pem"; do
        expect_ok request "$key"
        expect_request "$T/csr"
        expect tpm_is_clean
    done
    expect_not grep -q 0x40000009 <(sessions)
    printf %s "seen?" >"$T/text"
    digest=$(openssl_plain dgst -sha256 -r "$T/text" | cut -d' ' -f1)
    expect_ok openssl dgst -sha256 -sign "$T/key.pem" -out "$T/sig" "$T/text"
    expect_not grep -q "$digest" "$RELAY_DUMP"
done
settings 'session = password'
expect_ok openssl dgst -sha256 -sign "$T/key.pem" -out "$T/sig" "$T/text"
expect grep -q "$digest" "$RELAY_DUMP"

# The TPM cannot read the salt.
relay_script 'answer StartAuthSession 0x2c4 1'
expect_ok request "$T/password.pem"
expect grep -q 'a primary key of the null hierarchy takes its place' "$T/err"
expect_request "$T/csr"
expect tpm_is_clean
settings "pin = $PARENT:$name"
relay_script 'answer StartAuthSession 0x2c4 1'
expect_error 'does not take the salt.*pin another' openssl req -new -passin \
    "pass:$password" -subj /CN=d -out "$T/none" -key "$T/password.pem"
expect tpm_is_clean
relay_script
