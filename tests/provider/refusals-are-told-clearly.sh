#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever code the TPM refuses a command of a signature with: one reason, no
# crash, nothing left behind, and the next signature succeeds. What others may
# have taken away is made anew. A client that is killed at any command is in
# nobody's way.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000011 ecc256 secret
providers default tpm2
sign=(openssl dgst -sha256 -passin pass:secret -sign 'handle:0x81000011?pass'
    -out "$T/sig" "$0")
relay_start
expect_ok "${sign[@]}"
commands=$(relay_count)
expect test "$commands" = 5
# The fifth is FlushContext; nobody can help it when the TPM refuses that.
asked=(ReadPublic CreatePrimary StartAuthSession Sign)

# Part 2 §6.6.3: LOCKOUT, AUTH_FAIL, BAD_AUTH, AUTH_UNAVAILABLE, POLICY_FAIL,
# INTEGRITY, HIERARCHY, ATTRIBUTES, COMMAND_CODE, and one that nobody knows.
for code in 0x921 0x98e 0x9a2 0x12f 0x99d 0x1df 0x185 0x182 0x143 0x17e; do
    for command in "${asked[@]}"; do
        relay_script "answer $command $code 1"
        expect_error 'tpm2:' "${sign[@]}"
        relay_script
    done
    expect tpm_is_clean
    expect_ok "${sign[@]}"
done

# REFERENCE_H0, REFERENCE_S0, INITIALIZE, OBJECT_MEMORY, SESSION_MEMORY,
# SESSION_HANDLES: once, and then not.
for code in 0x910 0x918 0x100 0x902 0x903 0x905; do
    for command in "${asked[@]}"; do
        relay_reset
        relay_script "answer $command $code 1"
        expect_ok "${sign[@]}"
        expect grep -q 'by=relay$' "$RELAY_LOG"
    done
    expect tpm_is_clean
done

# kill -9 while the TPM is at work, at each command in turn: those before it
# have been answered, and its own answer is held back.
reached()
{
    test "$(relay_count)" -ge "$at"
}
for ((at = 0; at < commands; at++)); do
    relay_reset
    relay_script "delay * 600 1 $at"
    background "$T/victim.log" "${sign[@]}"
    wait_until 5 reached || die "the command $at is not reached"
    sleep 0.3
    stop_pid "$STARTED_PID" KILL
    relay_script
    expect_ok timeout 10 "${sign[@]}"
done
