#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key with a policy signs when its policy is met and not otherwise, each
# command of the key file draft by itself; the error names what is not met.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"
need tpm2_policypcr tpm2_policysigned

tpm_start --no-ek
policy_parent
relay_start

boots_another_system()
{
    tpm_direct tpm2_pcrextend \
        "16:sha256=$(printf %064d 7)"
}

# PolicyPCR: one, and several.
policy_trial tpm2_policypcr -l sha256:16
policy_key
policy_file "$T/pcr.pem" "$(step_pcr 16)"
signs "$T/pcr.pem"
policy_trial tpm2_policypcr -l sha256:0,2,16
policy_key
policy_file "$T/pcrs.pem" "$(step_pcr 0 2 16)"
signs "$T/pcrs.pem"
boots_another_system
refuses 'PCR 16 (sha256) is no longer what it was when the key was made' \
    "$T/pcr.pem"
refuses 'PCRs 0, 2, 16 (sha256) are no longer what they were' "$T/pcrs.pem"
tpm_direct tpm2_pcrreset 16
signs "$T/pcr.pem"
signs "$T/pcrs.pem"

# PolicyCommandCode
policy_trial tpm2_policycommandcode TPM2_CC_Sign
policy_key
policy_file "$T/code.pem" 16c:0000015d
signs "$T/code.pem"
policy_trial tpm2_policycommandcode TPM2_CC_RSA_Decrypt
policy_key
policy_file "$T/code.pem" 16c:00000159
refuses 'allows another use' "$T/code.pem"

# PolicyAuthValue, and PolicyPassword, which is the same to the key.
password=correct-horse-battery
wrong=incorrect-horse-42
policy_trial tpm2_policyauthvalue
policy_key -p "$password"
for step in 16b: 18c:; do
    POLICY_EMPTY=FALSE policy_file "$T/password.pem" "$step"
    relay_reset
    signs "$T/password.pem" -passin "pass:$password"
    refuses 'tpm2:.*password' "$T/password.pem" -passin "pass:$wrong"
    refuses 'password' "$T/password.pem" -passin pass:
    for text in "$password" "$wrong"; do
        expect_not grep -q "$(printf %s "$text" | od -An -v -tx1 |
            tr -d ' \n')" "$RELAY_DUMP"
    done
    expect test -s "$RELAY_DUMP"
done
tpm_direct tpm2_dictionarylockout -c

# PolicyPCR and PolicyAuthValue: both, in any order.
policy_trial tpm2_policyauthvalue + tpm2_policypcr -l sha256:16
policy_key -p "$password"
POLICY_EMPTY=FALSE policy_file "$T/both.pem" 16b: "$(step_pcr 16)"
signs "$T/both.pem" -passin "pass:$password"
boots_another_system
refuses 'PCR 16' "$T/both.pem" -passin "pass:$password"
tpm_direct tpm2_pcrreset 16

# PolicySecret: the owner's, whose name is the handle; with and without a hint.
policy_trial tpm2_policysecret -c o
policy_key
for hint in 40000001 00000000; do
    policy_file "$T/secret.pem" "151:${hint}0004400000010000"
    signs "$T/secret.pem"
done
tpm_direct tpm2_changeauth -Q -c owner "$password"
refuses 'password' "$T/secret.pem"
POLICY_EMPTY=FALSE policy_file "$T/secret.pem" "151:400000010004400000010000"
relay_reset
signs "$T/secret.pem" -passin "pass:$password"
refuses 'password' "$T/secret.pem" -passin "pass:$wrong"
expect_not grep -q "$(printf %s "$password" | od -An -v -tx1 | tr -d ' \n')" \
    "$RELAY_DUMP"
tpm_direct tpm2_changeauth -Q -c owner -p "$password" ''
tpm_direct tpm2_dictionarylockout -c

# The password of an object is as good as the owner's, if it is that object.
tpm_key 0x81000010 ecc256 "$password"
tpm_direct tpm2_readpublic -Q -c 0x81000010 -n "$T/name"
policy_trial tpm2_policysecret -c 0x81000010 "$password"
policy_key
step=151:81000010$(b2 "$(hex "$T/name")")0000
POLICY_EMPTY=FALSE policy_file "$T/secret.pem" "$step"
signs "$T/secret.pem" -passin "pass:$password"
refuses 'password' "$T/secret.pem" -passin "pass:$wrong"
POLICY_EMPTY=FALSE policy_file "$T/secret.pem" \
    "151:00000000$(b2 "$(hex "$T/name")")0000"
refuses 'does not say at which handle that is' "$T/secret.pem" \
    -passin "pass:$password"

# PolicyOR: one of two boot states.
policy_trial tpm2_policypcr -l sha256:16
cp "$T/policy" "$T/now"
now=$(step_pcr 16)
boots_another_system
policy_trial tpm2_policypcr -l sha256:16
cp "$T/policy" "$T/then"
then=$(step_pcr 16)
tpm_direct tpm2_pcrreset 16
policy_trial tpm2_policypcr -l sha256:16 + \
    tpm2_policyor "sha256:$T/now,$T/then"
policy_key
branches=00000002$(b2 "$(hex "$T/now")")$(b2 "$(hex "$T/then")")
policy_file "$T/now.pem" "$now" "171:$branches"
policy_file "$T/then.pem" "$then" "171:$branches"
signs "$T/now.pem"
refuses 'PCR 16' "$T/then.pem"
boots_another_system
signs "$T/then.pem"
refuses 'PCR 16' "$T/now.pem"
tpm_direct tpm2_pcrreset 16
policy_file "$T/none.pem" 16b: "171:$branches"
refuses 'branches of its policy lack' "$T/none.pem"

# What the file says has to be what the key was made with, and be known.
relay_reset
policy_file "$T/other.pem" 16b:
refuses 'not the one that it was made with' "$T/other.pem"
policy_file "$T/other.pem" 18f:
refuses 'has PolicyNvWritten: it is one of an NV index' "$T/other.pem"
for case in 16f:PolicyLocality 16d:PolicyCounterTimer 149:PolicyNV \
    16e:PolicyCpHash 190:PolicyTemplate; do
    policy_file "$T/other.pem" "${case%%:*}:00"
    refuses "tpm2:.*its policy has ${case#*:}: " "$T/other.pem"
done
expect_ok openssl pkey -provider tpm2 -provider default -in "$T/other.pem" \
    -noout -text
expect grep -q 'PolicyTemplate (0x190): not known here' "$T/out"
policy_file "$T/other.pem" 12345:
refuses 'a command that is none of' "$T/other.pem"
policy_file "$T/other.pem" 17f:0020
refuses 'cut short or corrupt' "$T/other.pem"
expect test "$(relay_count)" = 0

# Without the policy in its file the key is of no use.
policy_file "$T/bare.pem"
refuses 'only with its policy' "$T/bare.pem"
