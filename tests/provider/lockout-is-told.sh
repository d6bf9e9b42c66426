#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A TPM that has locked itself says how often somebody guessed and when it
# forgets; an owner hierarchy with a password says where to give it. The counter
# is asked for only then.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"

password=correct-horse-battery
tpm_start --no-ek
policy_parent
tpm_direct tpm2_dictionarylockout -Q --setup-parameters --max-tries=2 \
    --recovery-time=600 --lockout-recovery-time=900
relay_start
key_file "$T/key.pem" -algorithm EC -pkeyopt "parent:$PARENT" \
    -pkeyopt "user-auth:$password"

request()
{
    openssl req -provider tpm2 -provider default -new -key "$T/key.pem" \
        -subj /CN=d -out "$T/csr" -passin "$@"
}

relay_reset
expect_ok request "pass:$password"
expect test "$(relay_count GetCapability)" = 0
for _ in 1 2 3; do
    request pass:wrong 2>/dev/null || true
done
expect_error 'locked after 2 wrong passwords of 2.*one every 600 seconds' \
    openssl req -provider tpm2 -provider default -new -key "$T/key.pem" \
    -subj /CN=d -out "$T/none" -passin "pass:$password"
expect test "$(relay_count GetCapability)" -gt 0
expect tpm_is_clean
tpm_direct tpm2_dictionarylockout -Q -c
expect_ok request "pass:$password"

# The owner's password.
making=(openssl genpkey -provider tpm2 -provider base -algorithm EC)
expect_ok "${making[@]}" -out "$T/owned.pem"
tpm_direct tpm2_changeauth -Q -c owner "$password"
expect_error 'hierarchy 0x40000001 has a password, and none was given' \
    "${making[@]}" -out "$T/none"
expect_ok env TPM2OPENSSL_PARENT_AUTH="$password" "${making[@]}" \
    -out "$T/owned.pem"
expect_ok "${making[@]}" -pkeyopt "parent:$PARENT" -out "$T/key.pem"
expect tpm_is_clean
