#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input: one clear sentence in OpenSSL's error queue, an exit that is not 0,
# nothing half done. Beside each refusal the same thing without the mistake.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_nvdefine

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"
tpm2_nvdefine -Q -C o -s 32 0x01800001

# refused TEXT URI: not as a public key, not for a request; TEXT is in a line of
# the error queue.
refused()
{
    local text=$1 uri=$2
    rm -f "$T/none"
    expect_error "$text" openssl pkey -in "$uri" -pubout -out "$T/none"
    expect_error "$text" openssl req -new -key "$uri" -subj /CN=d \
        -out "$T/none"
    expect_not test -s "$T/none"
}

handles()
{
    local uri
    expect_ok openssl pkey -in handle:0x81000010 -pubout -out "$T/good"
    # nobody is there; a data index, a PCR, a hierarchy
    refused 'tpm2:.*0x81000099' handle:0x81000099
    for uri in handle:0x01800001 handle:0x00000007 handle:0x40000001; do
        refused 'tpm2:.*not a key' "$uri"
    done
    for uri in handle: handle:banana handle:0x8100001000 handle:-1 \
        handle:0x81000010x 'handle:0x81000010?banana'; do
        refused 'tpm2:.*not a key URI' "$uri"
    done
    refused 'tpm2:' object:
    refused 'tpm2:.*missing' "object:$T/missing"
}

# armour FILE: as the PEM of a key file.
armour()
{
    echo '-----BEGIN TSS2 PRIVATE KEY-----'
    openssl_plain base64 -in "$1"
    echo '-----END TSS2 PRIVATE KEY-----'
}

files()
{
    local size cut
    expect_ok openssl pkey -in "$T/key.pem" -pubout -out "$T/good"
    # the file cut short: the armour is broken
    size=$(stat -c %s "$T/key.pem")
    for cut in 1 2 3; do
        head -c $((size * cut / 4)) "$T/key.pem" >"$T/cut.pem"
        refused 'tpm2:.*key file' "$T/cut.pem"
    done
    # what is in it cut short
    openssl_plain asn1parse -in "$T/key.pem" -out "$T/key.der" -noout
    size=$(stat -c %s "$T/key.der")
    armour "$T/key.der" >"$T/whole.pem"
    expect_ok openssl pkey -in "$T/whole.pem" -pubout -out "$T/good"
    for cut in 1 10 40 $((size - 1)); do
        head -c "$cut" "$T/key.der" >"$T/cut.der"
        armour "$T/cut.der" >"$T/cut.pem"
        refused 'tpm2:.*key file' "$T/cut.pem"
        # without armour it is told as soon as it looks like one of ours
        test "$cut" -lt 40 || refused 'tpm2:.*key file' "$T/cut.der"
    done
    expect_ok openssl pkey -in "$T/key.der" -pubout -out "$T/good"
    : >"$T/empty"
    refused . "$T/empty"
    head -c 1000 /dev/zero >"$T/zeros"
    refused . "$T/zeros"
}

each_order handles
each_order files

# An input that never ends: zeros, the beginning of DER, of PEM, empty lines.
for byte in 00 30 2d 0a; do
    expect_ok "$BUILD_ROOT/tests/provider/read-endless" "$byte"
    expect test "$(cat "$T/out")" -lt 1000000
done

# A key file of another TPM: its public half is readable, it signs nothing.
tpm_start --no-ek other
foreign()
{
    tpm_use other
    expect_ok openssl pkey -in "$T/key.pem" -pubout -out "$T/good"
    expect_error 'tpm2:.*another TPM' openssl req -new -key "$T/key.pem" -subj /CN=d \
        -out "$T/none"
    expect tpm_is_clean
    tpm_use tpm
    expect_ok openssl req -new -key "$T/key.pem" -subj /CN=d -out "$T/csr"
}
each_order foreign
expect tpm_is_clean
