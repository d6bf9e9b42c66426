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
expect grep -qx 'policy: PolicyPCR: PCRs 0, 2, 7 (sha256) as they were then' out
expect_ok openssl pkey -provider tpm2 -provider default -in pcr.pem -text -noout
expect grep -qx '  PolicyPCR: PCRs 0, 2, 7 (sha256) as they were then' out
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

# A signer of either kind: no state, that of now, one to come, told by values.
story()
{
    rm -f maker.key maker.pub signed.pem copy.pem
    # shellcheck disable=SC2086 # several words are meant
    openssl_plain genpkey -quiet -algorithm $1 -out maker.key 2>/dev/null
    openssl_plain pkey -in maker.key -pubout -out maker.pub
    expect_ok iot-key create --out signed.pem --algorithm p256 \
        --authorized-by maker.pub
    expect_error 'signed policies only' "${signing[@]}" -sign signed.pem "$0"
    authorize=(iot-key authorize --key signed.pem --signer maker.key)
    expect_ok "${authorize[@]}" --pcr sha256:16 --name now
    expect_ok iot-key show --key signed.pem
    expect grep -q '^policy: PolicyAuthorize: what the key approves of' out
    expect grep -qx 'policy: signed policy now: PolicyPCR: PCR 16 (sha256)'\
' as they were then' out
    expect_ok iot-key show --key signed.pem --json
    expect python3 -c 'import json, sys
assert len(json.load(open(sys.argv[1]))["policy"]) == 3' out
    expect_ok "${signing[@]}" -sign signed.pem "$0"
    tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d 7)"
    expect_error 'PCR 16 (sha256) is no longer.*policy now' "${signing[@]}" \
        -sign signed.pem "$0"
    tpm_direct tpm2_pcrread -Q -o value sha256:16
    tpm_direct tpm2_pcrreset 16
    value=$(od -An -v -tx1 value | tr -d ' \n')
    TPM2OPENSSL_TCTI=swtpm:port=1 expect_ok "${authorize[@]}" \
        --pcr "sha256:16=$value" --out copy.pem
    for state in now then; do
        expect_ok "${signing[@]}" -sign copy.pem "$0"
        test "$state" = then ||
            tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d 7)"
    done
    expect_error 'PCR 16' "${signing[@]}" -sign signed.pem "$0"
    tpm_direct tpm2_pcrreset 16
    expect_ok "${signing[@]}" -sign signed.pem "$0"
}

story 'RSA -pkeyopt rsa_keygen_bits:2048'
story 'EC -pkeyopt ec_paramgen_curve:P-384'

# Somebody else, another key, a file that is there, nothing to say.
openssl_plain genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 \
    -out thief.key
cp signed.pem before.pem
expect_fail 1 'not the key that this one was left to' iot-key authorize \
    --key signed.pem --signer thief.key --pcr sha256:16
expect_fail 1 'was not left to a signer' iot-key authorize --key pcr.pem \
    --signer maker.key --pcr sha256:16
expect_fail 1 'PCRs of one bank' "${authorize[@]}" --pcr 16
expect_fail 1 'no file with a private key' iot-key authorize \
    --key signed.pem --signer maker.pub --pcr sha256:16
expect_fail 1 'never overwritten' "${authorize[@]}" --pcr sha256:16 \
    --out copy.pem
expect_fail 2 'are needed' "${authorize[@]}"
expect cmp signed.pem before.pem

expect_fail 2 'need --out' iot-key create --handle 0x81000010 --pcr sha256:7
expect_fail 2 'need --out' iot-key create --handle 0x81000010 \
    --authorized-by maker.pub

# At a handle: the file that says where it is has the policy, and follows it.
expect_ok iot-key create --handle 0x81000010 --out stays.pem --algorithm p256 \
    --authorized-by maker.pub
expect grep -qx -- '-----BEGIN TPM2 KEY REFERENCE-----' stays.pem
expect_error 'signed policies only' "${signing[@]}" -sign stays.pem "$0"
expect_ok iot-key authorize --key stays.pem --signer maker.key \
    --pcr sha256:16 --name now
expect grep -qx -- '-----BEGIN TPM2 KEY REFERENCE-----' stays.pem
expect_ok iot-key show --key stays.pem
expect grep -qx 'place: the TPM, at handle 0x81000010' out
expect grep -q '^policy: signed policy now: PolicyPCR: PCR 16' out
expect_ok iot-key show --key stays.pem --public
cp out stays.pub
expect_ok "${signing[@]}" -sign stays.pem "$0"
expect_ok openssl_plain dgst -sha256 -verify stays.pub -signature sig "$0"
tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d 7)"
expect_error 'PCR 16' "${signing[@]}" -sign stays.pem "$0"
tpm_direct tpm2_pcrreset 16
expect_error 'only with its policy.*the file that was written' \
    "${signing[@]}" -sign handle:0x81000010 "$0"
expect_ok openssl pkey -provider tpm2 -provider default -in stays.pem \
    -out again.pem
expect cmp stays.pem again.pem
expect_fail 1 'PCRs of one bank' iot-key create --out none.pem --pcr 7
expect_fail 1 'no file with a public key' iot-key create --out none.pem \
    --authorized-by pcr.pem
expect test ! -e none.pem
expect tpm_is_clean
