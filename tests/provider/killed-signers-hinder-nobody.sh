#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 while the TPM is at work, at each command of a signature with keys of
# all kinds: the next signature succeeds, even when what the dead have left fills
# a TPM that nobody shares out, and no password counts as wrong.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/rules.sh"

# Those before it have been answered, and the answer to this one is held back.
reached()
{
    test "$(relay_count)" -ge "$at"
}

# kill_each KEY [CMD…]: at each command in turn, and CMD after each.
kill_each()
{
    local key=$1 count killed=0
    shift
    count=$(commands_of "$key" | wc -l)
    echo "$key: killed at each of $count commands"
    for ((at = 0; at < count; at++)); do
        relay_reset
        relay_script "delay * 200 1 $at"
        background "$T/victim.log" openssl dgst -sha256 -out "$T/none" \
            -passin pass:secret -sign "${key#file:}" "$0"
        wait_until 5 reached || die "the command $at is not reached"
        sleep 0.1
        stop_pid "$STARTED_PID" KILL
        # On a machine that is busy it may have been too quick for us.
        test -s "$T/none" || killed=$((killed + 1))
        rm -f "$T/none"
        relay_script
        "$@"
    done
    expect test "$killed" -gt 0
    expect_ok timeout 15 openssl dgst -sha256 -out "$T/sig" \
        -passin pass:secret -sign "${key#file:}" "$0"
}

forget()
{
    sleep 0.2 # the relay holds the dead one's connection until it is served
    tpm_direct tpm2_flushcontext -t
    tpm_direct tpm2_flushcontext -l
}

rules_start
for key in "${KEYS[@]:0:3}"; do
    kill_each "$key" true
    forget
done
kill_each "${KEYS[3]}" true
expect grep -q 'sessions are ended' "$T/err"
expect tpm_is_clean
tpm_direct tpm2_getcap properties-variable >"$T/out"
expect grep -q 'TPM2_PT_LOCKOUT_COUNTER: 0x0' "$T/out"
