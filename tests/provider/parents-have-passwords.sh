#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A parent that has a password, persistent or the owner hierarchy itself: it is
# given once to make a key, and in TPM2OPENSSL_PARENT_AUTH to use it. It never
# crosses the bus either.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_changeauth

parent=parents-password
owner=owners-password
tpm_start --no-ek
tpm2_createprimary -Q -C o -G ecc -p "$parent" -c "$T/parent.ctx"
tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" 0x81000001 >/dev/null
tpm2_flushcontext -t
relay_start

# not_seen TEXT: these bytes are in nothing that was sent.
not_seen()
{
    local hex
    hex=$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')
    expect test -s "$RELAY_DUMP"
    expect_not grep -q "$hex" "$RELAY_DUMP"
}

# story PASSWORD OPTION…: OPTION says under which parent.
story()
{
    local password=$1
    shift
    key_file "$T/key.pem" -algorithm EC -pkeyopt group:P-256 "$@" \
        -pkeyopt "parent-auth:$password"
    expect_error 'tpm2:.*password' openssl genpkey -provider tpm2 \
        -provider base -algorithm EC -pkeyopt group:P-256 "$@" \
        -pkeyopt parent-auth:wrong -out "$T/none"
    expect_not test -s "$T/none"
    each_order uses "$password"
    not_seen "$password"
    expect tpm_is_clean
}

uses()
{
    local wrong
    expect_ok openssl pkey -in "$T/key.pem" -pubout -out "$T/pub"
    expect_ok env TPM2OPENSSL_PARENT_AUTH="$1" openssl req -new \
        -key "$T/key.pem" -subj /CN=d -out "$T/csr"
    expect_request "$T/csr"
    for wrong in wrong ''; do
        expect_error 'tpm2:.*password' env TPM2OPENSSL_PARENT_AUTH="$wrong" \
            openssl req -new -key "$T/key.pem" -subj /CN=d -out "$T/none"
        tpm_direct tpm2_dictionarylockout -c
    done
}

story "$parent" -pkeyopt parent:0x81000001
tpm_direct tpm2_changeauth -Q -c owner "$owner"
story "$owner"
