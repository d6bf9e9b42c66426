#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever fails, and at whichever command, nothing of ours is left in the TPM,
# and the next signature succeeds.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
key_file "$T/key.pem"
key_file "$T/password.pem" -algorithm EC -pkeyopt group:P-256 \
    -pkeyopt user-auth:secret
key_file "$T/policy.pem" -algorithm EC -pkeyopt policy-pcr:sha256:16 \
    -pkeyopt user-auth:secret
relay_start
sign=(openssl dgst -provider tpm2 -provider default -sha256 -out "$T/sig")

# commands CMD…: the names of the commands that it sends, in order.
commands()
{
    relay_reset
    "$@" >"$T/out" 2>"$T/err" || claim_fails 'fails undisturbed' "$@"
    awk '{print $3}' "$RELAY_LOG"
}

# survives RULE CMD…: it may fail, in words and in time; afterwards the TPM is as
# it was and the same succeeds.
survives()
{
    local rule=$1 status=0
    shift
    relay_script "$rule"
    relay_reset
    echo "relay: $rule"
    timeout 30 "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?
    expect test "$status" -lt 124
    no_sanitizer_report "$@"
    test "$status" = 0 || expect test -s "$T/err"
    relay_script
    # What nobody may flush stays, whatever we do.
    ! grep -q 'FlushContext.*by=relay$' "$RELAY_LOG" ||
        tpm_direct tpm2_flushcontext -t
    expect tpm_is_clean
    expect_ok "$@"
}

# each_command CMD…: one command after the other is refused, as a wrong
# parameter (TPM_RC_VALUE) and for want of slots (TPM_RC_OBJECT_MEMORY).
each_command()
{
    local at=0 code
    for _ in $(commands "$@"); do
        for code in 0x1c4 0x902; do
            survives "answer * $code 1 $at" "$@"
        done
        at=$((at + 1))
    done
    expect test "$at" -ge 3
}

each_command "${sign[@]}" -sign "$T/key.pem" "$0"
each_command "${sign[@]}" -sign "$T/password.pem" -passin pass:secret "$0"
each_command "${sign[@]}" -sign "$T/policy.pem" -passin pass:secret "$0"
each_command openssl genpkey -provider tpm2 -algorithm EC \
    -pkeyopt group:P-256 -out "$T/made.pem"

# A wrong password, and a key that is refused.
expect_error . "${sign[@]}" -sign "$T/password.pem" -passin pass:wrong "$0"
expect tpm_is_clean
tpm_start --no-ek other
tpm_use other
expect_error . "${sign[@]}" -sign "$T/key.pem" "$0"
expect tpm_is_clean
