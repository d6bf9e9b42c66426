#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each allocation fails once, whatever the provider is at: nothing breaks, is
# lost, or stays in the TPM, and afterwards all is well.  All of the provider's
# own, and of OpenSSL's as many as do not take long or, with a number, every
# so-manieth; with a name behind it, only in that piece of work.
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/provider/survives-without-memory
test -x "$program" || die "no $program"

# persistent HANDLE ALGORITHM ATTRIBUTES: a key of tpm2-tools, without password.
persistent()
{
    tpm_direct tpm2_createprimary -Q -C o -G "$2" -a "$3" -c "$T/key.ctx"
    tpm_direct tpm2_evictcontrol -Q -C o -c "$T/key.ctx" -o "$T/object" "$1"
    tpm_direct tpm2_flushcontext -t
}

tpm_start --no-ek
made='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
persistent 0x81000001 ecc256:aes128cfb "$made|restricted|decrypt"
persistent 0x81000012 ecc256:ecdsa-sha256:null "$made|restricted|sign"
ca_key "$T/signer.pem"
expect_ok openssl_plain genpkey -algorithm RSA -out "$T/rsa.pem"
expect_ok openssl_plain pkey -in "$T/signer.pem" -pubout -out "$T/signer.pub"
expect_ok timeout 900 "$program" "$T" "${1:-0}" ${2:+"$2"}
cat "$T/out"
expect tpm_is_clean
