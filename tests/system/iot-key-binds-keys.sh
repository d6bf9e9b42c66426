#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-key binds a key to a boot state, in which it signs and in no other, or
# leaves it to a signer; the TPM itself says that a password does not do.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_pcrextend

cd "$T"
tpm_start --no-ek
expect_ok iot-key create --out pcr.pem --algorithm p256 --pcr sha256:0,2,7
expect_ok iot-key show --key pcr.pem
expect grep -q '^attributes: fixedTPM' out
expect_not grep -q 'userWithAuth' out
expect_ok iot-key show --key pcr.pem --public
cp out pcr.pub

signing=(openssl dgst -provider tpm2 -provider default -sha256 -out sig)
expect_ok "${signing[@]}" -sign pcr.pem "$0"
expect_ok openssl_plain dgst -sha256 -verify pcr.pub -signature sig "$0"
tpm_direct tpm2_pcrextend "7:sha256=$(printf %064d 7)"
expect_error 'PCRs 0, 2, 7 (sha256) are no longer what they were' \
    "${signing[@]}" -sign pcr.pem "$0"
tpm_restart
expect_ok "${signing[@]}" -sign pcr.pem "$0"

openssl_plain genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out maker.key
openssl_plain pkey -in maker.key -pubout -out maker.pub
expect_ok iot-key create --out signed.pem --algorithm p256 \
    --authorized-by maker.pub
expect_error 'signed policies only' "${signing[@]}" -sign signed.pem "$0"

expect_fail 2 'no --handle' iot-key create --handle 0x81000010 --pcr sha256:7
expect_fail 2 'no --handle' iot-key create --handle 0x81000010 --out none.pem \
    --authorized-by maker.pub
expect_fail 3 'PCRs of one bank' iot-key create --out none.pem --pcr 7
expect_fail 3 'no file with a public key' iot-key create --out none.pem \
    --authorized-by pcr.pem
expect test ! -e none.pem
expect tpm_is_clean
