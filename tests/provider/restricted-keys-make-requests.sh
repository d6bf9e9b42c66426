#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An attestation key makes its own request and certificate and signs data of
# any length, hashed in the TPM; what it may not do is refused in one sentence
# that says why, and never as an answer of the TPM's.
. "$(dirname "$0")/../fixture/lib.sh"

# restricted HANDLE ALGORITHM [ATTRIBUTE]: a key of tpm2-tools, persistent.
restricted()
{
    local d
    d=$(mktemp -d "$T/key.XXXXXX")
    tpm_direct tpm2_createprimary -Q -C o -G ecc -c "$d/parent.ctx"
    tpm_direct tpm2_create -Q -C "$d/parent.ctx" -G "$2" -u "$d/pub" \
        -r "$d/priv" -a "restricted|${3:-sign}|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda"
    tpm_direct tpm2_flushcontext -t
    tpm_direct tpm2_load -Q -C "$d/parent.ctx" -u "$d/pub" -r "$d/priv" \
        -c "$d/key.ctx"
    tpm_direct tpm2_flushcontext -t
    tpm_direct tpm2_evictcontrol -Q -C o -c "$d/key.ctx" "$1" >/dev/null
    tpm_direct tpm2_flushcontext -t
}

tpm_start --no-ek
restricted 0x81000010 rsa2048:rsassa-sha256:null
restricted 0x81000011 rsa2048:rsapss-sha256:null
restricted 0x81000012 ecc256:ecdsa-sha256:null
restricted 0x81000013 ecc256:aes128cfb decrypt
relay_start
for size in 0 1 1024 1025 5000 20000; do
    head -c "$size" /dev/urandom >"$T/data.$size"
done

requests()
{
    local handle
    for handle in 0x81000010 0x81000011 0x81000012; do
        relay_expect 3 openssl req -new -key "handle:$handle" -subj /CN=ak \
            -out "$T/csr"
        expect test "$(relay_count Hash)" = 1
        expect_request "$T/csr"
        expect_ok openssl req -x509 -new -key "handle:$handle" -subj /CN=ak \
            -out "$T/crt"
        expect_ok openssl_plain verify -CAfile "$T/crt" "$T/crt"
    done
    expect_ok openssl req -new -key handle:0x81000011 -subj /CN=ak -text \
        -out "$T/csr"
    expect grep -q 'Public Key Algorithm: rsassaPss' "$T/csr"
}

# signs HANDLE FILE OPTION…
signs()
{
    local handle=$1 file=$2
    shift 2
    expect_ok openssl dgst -sha256 -sign "handle:$handle" -out "$T/sig" \
        "$@" "$file"
    expect_ok openssl pkey -in "handle:$handle" -pubout -out "$T/pub"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$@" "$file"
}

lengths()
{
    local size
    for size in 0 1 1024 1025 5000; do
        signs 0x81000012 "$T/data.$size"
    done
    signs 0x81000010 "$T/data.20000"
    signs 0x81000011 "$T/data.5000" -sigopt rsa_padding_mode:pss \
        -sigopt rsa_pss_saltlen:digest
    expect tpm_is_clean
}

# Each beside its control, which is above.
refusals()
{
    relay_reset
    printf '\377TCG and more' >"$T/generated"
    expect_error 'does not sign data that begins with ff544347' openssl dgst \
        -sha256 -sign handle:0x81000012 -out "$T/none" "$T/generated"
    expect_error 'only what the TPM has hashed itself, and this is a digest' \
        openssl pkeyutl -sign -inkey handle:0x81000012 -in "$T/data.1" \
        -out "$T/none"
    expect_error 'made for SHA2-256 alone, it cannot sign with SHA2-384' \
        openssl dgst -sha384 -sign handle:0x81000012 -out "$T/none" "$0"
    expect_error 'made for another padding' openssl dgst -sha256 \
        -sign handle:0x81000010 -sigopt rsa_padding_mode:pss \
        -out "$T/none" "$0"
    expect_error 'may not decrypt, so that they cannot be padded here' \
        openssl dgst -sha256 -sign handle:0x81000011 \
        -sigopt rsa_pss_saltlen:20 -out "$T/none" "$0"
    expect_error 'was not made for decryption' openssl pkeyutl -decrypt \
        -inkey handle:0x81000010 -in "$T/sig" -out "$T/none"
    expect_error 'not made for signing: its attribute `sign` is clear' \
        openssl dgst -sha256 -sign handle:0x81000013 -out "$T/none" "$0"
    expect test "$(relay_count Sign)" = 0
}

# Cut, killed and lied to in the middle of a sequence: nothing stays, and the
# next one is right.
faults()
{
    local rule
    for rule in 'answer SequenceUpdate 0x922 2' 'cut SequenceUpdate before' \
        'cut SequenceUpdate after' 'cut SequenceComplete after'; do
        relay_script "$rule"
        signs 0x81000012 "$T/data.5000"
    done
    relay_script 'answer SequenceComplete 0x101 always'
    expect_error 'TPM2_SequenceComplete' openssl dgst -sha256 \
        -sign handle:0x81000012 -out "$T/none" "$T/data.5000"
    relay_script 'flip Hash 20'
    expect_error . openssl dgst -sha256 -sign handle:0x81000012 \
        -out "$T/none" "$T/data.1"
    relay_script
    signs 0x81000012 "$T/data.5000"
}

each_order requests
each_order lengths
each_order refusals
providers default tpm2
faults
expect tpm_is_clean
