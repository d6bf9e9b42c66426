#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key under signed policies follows its signer through updates: the first
# policy in its file that the TPM's state fulfils is taken; one that somebody
# else signed, or that was signed for another key, is not.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"
need tpm2_policyauthorize tpm2_policysigned

tpm_start --no-ek
policy_parent
relay_start

# signer NAME: a key of the maker's, in software, and what the TPM knows of it.
signer()
{
    openssl_plain genpkey -quiet -algorithm RSA -out "$T/$1.key" 2>/dev/null
    openssl_plain pkey -in "$T/$1.key" -pubout -out "$T/$1.pub"
    tpm_direct tpm2_loadexternal -Q -C o -G rsa -u "$T/$1.pub" \
        -n "$T/$1.name" -c "$T/$1.ctx"
    tpm_direct tpm2_readpublic -Q -c "$T/$1.ctx" -f tss -o "$T/$1.tss"
    tpm_direct tpm2_flushcontext -t
}

# signature NAME HEX: TPMT_SIGNATURE, PKCS #1 with SHA-256, of these bytes.
signature()
{
    bytes "$2" >"$T/signed"
    openssl_plain dgst -sha256 -sign "$T/$1.key" -out "$T/sig" "$T/signed"
    printf 0014000b
    b2 "$(hex "$T/sig")"
}

# step_authorize NAME APPROVED: PolicyAuthorize, signed by NAME for $reference.
step_authorize()
{
    printf '16a:%s' "$(hex "$T/maker.tss")"
    b2 "$reference"
    signature "$1" "$2$reference"
}

# update N: another state of PCR 16; 0 is the one after a reset.
update()
{
    tpm_direct tpm2_pcrreset 16
    test "$1" = 0 ||
        tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d "$1")"
}

# approve NAME N: in $approved, a signed policy for the state N: two steps.
approve()
{
    update "$2"
    policy_trial tpm2_policypcr -l sha256:16
    approved=("$(step_pcr 16)" "$(step_authorize "$1" "$(hex "$T/policy")")")
}

signer maker
signer thief
reference=$(printf %s 'serial 0815' | od -An -v -tx1 | tr -d ' \n')
printf %s 'serial 0815' >"$T/reference"

approve maker 0
policy_trial tpm2_policypcr -l sha256:16 + tpm2_policyauthorize \
    -i "$T/policy" -q "$T/reference" -n "$T/maker.name"
policy_key
first=16a:$(hex "$T/maker.tss")$(b2 "$reference")0010

# No signed policy yet.
policy_file "$T/key.pem" "$first"
refuses 'signed policies only.*has none yet' "$T/key.pem"

# file_with POLICY…: each "NAME SIGNER STATE" is a signed policy in the file.
file_with()
{
    local list='' sections='' i=0 name signer state
    for policy in "$@"; do
        read -r name signer state <<<"$policy"
        approve "$signer" "$state"
        list+="a$i = SEQUENCE:a$i"$'\n'
        sections+="[a$i]"$'\n'"n = EXPLICIT:0,UTF8:$name"$'\n'
        sections+="p = EXPLICIT:1,SEQUENCE:p$i"$'\n'
        sections+=$(policy_steps "p$i" "${approved[@]}")$'\n'
        i=$((i + 1))
    done
    POLICY_EXTRA='auth = EXPLICIT:3,SEQUENCE:auth
description = EXPLICIT:4,UTF8:gateway key' \
        POLICY_SECTIONS="[auth]
$list
$sections" policy_file "$T/key.pem" "$first"
}

file_with 'release-1 maker 0'
update 0
signs "$T/key.pem"
update 1
refuses 'PCR 16 (sha256) is no longer.*signed policy release-1' "$T/key.pem"

# The update comes with a policy of its own; both states serve, no third does.
file_with 'release-2 maker 1' 'release-1 maker 0'
for state in 0 1; do
    update "$state"
    signs "$T/key.pem"
done
update 2
refuses 'release-2' "$T/key.pem"
expect grep -q 'release-1' "$T/err"

# Written again, nothing of it is lost.
expect_ok openssl pkey -provider tpm2 -provider default -in "$T/key.pem" \
    -out "$T/copy.pem"
openssl_plain asn1parse -in "$T/key.pem" >"$T/one"
openssl_plain asn1parse -in "$T/copy.pem" >"$T/other"
expect cmp "$T/one" "$T/other"

# Somebody else's signature, or one for another reference.
file_with 'stolen thief 2'
update 2
refuses 'not signed by the key that may' "$T/key.pem"
other=$reference
reference=${reference%?}6
approve maker 2
reference=$other
POLICY_EXTRA='auth = EXPLICIT:3,SEQUENCE:auth' POLICY_SECTIONS="[auth]
a0 = SEQUENCE:a0
[a0]
p = EXPLICIT:1,SEQUENCE:p0
$(policy_steps p0 "${approved[@]}")" policy_file "$T/key.pem" "$first"
refuses "the key's policy is not met" "$T/key.pem"
file_with 'release-3 maker 2'
update 2
signs "$T/key.pem"
update 0

# PolicySigned: with a signature that was given once and for all.
signature maker "00000000$reference" >"$T/given"
bytes "00000000$reference" >"$T/signed"
openssl_plain dgst -sha256 -sign "$T/maker.key" -out "$T/sig" "$T/signed"
tpm_direct tpm2_loadexternal -Q -C o -G rsa -u "$T/maker.pub" -c "$T/maker.ctx"
policy_trial tpm2_policysigned -c "$T/maker.ctx" -g sha256 -f rsassa \
    -s "$T/sig" -q "$T/reference"
tpm_direct tpm2_flushcontext -t
policy_key
step=160:$(hex "$T/maker.tss")$(b2 "$reference")
policy_file "$T/key.pem" "$step$(cat "$T/given")"
signs "$T/key.pem"
policy_file "$T/key.pem" "$step$(signature thief "00000000$reference")"
refuses 'is not of the key that is named there' "$T/key.pem"
