#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key made with `policy-pcr` serves in the boot state that it was made in, or
# was made for, and in no other; one with `policy-authorized-by` waits for its
# signer. The password of such a key is proved beside, and does not do alone.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"

tpm_start --no-ek
policy_parent
relay_start

another_system()
{
    tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d 7)"
}

made()
{
    key_file "$T/key.pem" "$@" -pkeyopt "parent:$PARENT"
    expect tpm_is_clean
}

for kind in '-algorithm EC -pkeyopt group:P-256' '-algorithm RSA'; do
    # shellcheck disable=SC2086 # several words are meant
    made $kind -pkeyopt policy-pcr:sha256:0,2,7,16
    signs "$T/key.pem"
    another_system
    refuses 'PCRs 0, 2, 7, 16 (sha256) are no longer' "$T/key.pem"
    tpm_direct tpm2_pcrreset 16
    signs "$T/key.pem"
done

# More PCRs than a TPM tells at once.
made -algorithm EC -pkeyopt \
    policy-pcr:sha256:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
signs "$T/key.pem"

# For a state that is not yet there.
another_system
value=$(pcr_values sha256:16)
tpm_direct tpm2_pcrreset 16
made -algorithm EC -pkeyopt "policy-pcr:sha256:16=$value"
refuses 'PCR 16' "$T/key.pem"
another_system
signs "$T/key.pem"
tpm_direct tpm2_pcrreset 16

# And a password.
password=correct-horse-battery
made -algorithm EC -pkeyopt policy-pcr:sha256:16 \
    -pkeyopt "user-auth:$password"
signs "$T/key.pem" -passin "pass:$password"
refuses 'tpm2:.*password' "$T/key.pem" -passin pass:wrong
another_system
refuses 'PCR 16' "$T/key.pem" -passin "pass:$password"
tpm_direct tpm2_pcrreset 16
expect_not grep -q "$(printf %s "$password" | od -An -v -tx1 | tr -d ' \n')" \
    "$RELAY_DUMP"
tpm_direct tpm2_dictionarylockout -c

# Left to a signer.
for kind in 'RSA -pkeyopt rsa_keygen_bits:2048' 'EC -pkeyopt ec_paramgen_curve:P-256'; do
    # shellcheck disable=SC2086 # several words are meant
    openssl_plain genpkey -quiet -algorithm $kind -out "$T/maker.key" 2>/dev/null
    openssl_plain pkey -in "$T/maker.key" -pubout -out "$T/maker.pub"
    made -algorithm EC -pkeyopt "policy-authorized-by:$T/maker.pub"
    refuses 'signed policies only.*has none yet' "$T/key.pem"
done

# What is no boot state, no signer, or cannot be.
not_made()
{
    local text=$1
    shift
    expect_error "$text" openssl genpkey -provider tpm2 -provider base \
        -propquery '?provider=tpm2' -algorithm EC "$@" -out "$T/none"
    expect_not test -s "$T/none"
    expect tpm_is_clean
}

for pcrs in sha256 sha256: sha256:24 sha256:7, sha256:7,7 md5:7 sha256:x \
    sha256:7=00 "sha256:7=$value,8" "sha256:7,8=$value" "sha256:7=${value}0" \
    sha256:99999999999999999999; do
    not_made 'PCRs of one bank' -pkeyopt "policy-pcr:$pcrs"
done
not_made 'no file with a public key' -pkeyopt "policy-authorized-by:$0"
not_made 'no file with a public key' -pkeyopt policy-authorized-by:none

# At a handle, with a password too: the reference has the policy with it.
expect_ok openssl genpkey -provider tpm2 -provider base \
    -propquery '?provider=tpm2' -algorithm RSA -pkeyopt policy-pcr:sha256:16 \
    -pkeyopt "user-auth:$password" -pkeyopt handle:0x81000020 \
    -out "$T/refers.pem"
expect grep -q -- '-BEGIN TPM2 KEY REFERENCE-' "$T/refers.pem"
signs "$T/refers.pem" -passin "pass:$password"
refuses 'tpm2:.*password' "$T/refers.pem" -passin pass:wrong
tpm_direct tpm2_pcrextend "16:sha256=$(printf %064d 7)"
refuses 'PCR 16 (sha256) is no longer' "$T/refers.pem" \
    -passin "pass:$password"
tpm_direct tpm2_pcrreset 16

# A bank that the TPM does not have.
made -algorithm EC -pkeyopt policy-pcr:sha512:7
tpm_direct tpm2_pcrallocate -Q sha512:none+sha256:all >/dev/null
tpm_restart
not_made 'does not have PCR 7 (sha512)' -pkeyopt policy-pcr:sha512:7
