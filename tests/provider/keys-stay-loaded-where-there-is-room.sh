#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Through a resource manager, which takes a key out of the TPM between two
# commands by itself, the key that was used last stays loaded: each further
# signature is one command, with a password two. A bare TPM keeps nothing, but of
# a key whose parent would have to be made again the context is saved.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"
need python3
sign=$BUILD_ROOT/tests/provider/sign-and-let-go

tpm_start --no-ek
policy_parent
providers default tpm2
key_file "$T/child.pem" -algorithm EC -pkeyopt "parent:$PARENT"
key_file "$T/owner.pem" -algorithm EC
key_file "$T/secret.pem" -algorithm EC -pkeyopt user-auth:secret
relay_start

# each N KEY [PASSWORD]: a further signature costs N commands.
each()
{
    local n=$1 once
    shift
    relay_reset
    expect_ok timeout 60 "$sign" "file:$1" 1 - "${@:2}"
    once=$(relay_count)
    relay_reset
    expect_ok timeout 60 "$sign" "file:$1" 5 - "${@:2}"
    test "$(relay_count)" = $((once + 4 * n)) || cat "$RELAY_LOG"
    expect test "$(relay_count)" = $((once + 4 * n))
}

# The control, and the bound for it.
each 3 "$T/child.pem"
relay_reset
expect_ok timeout 60 "$sign" "file:$T/owner.pem" 5
expect test "$(relay_count)" = $((5 + 6 + 3 * 3))
expect test "$(relay_count ContextLoad)" = 3
expect tpm_is_clean
# Contexts of a TPM that was reset since, or that has no room, and answers that
# get lost: the next signature succeeds, and nothing is left.
for rule in 'answer ContextLoad 0x1df' 'answer ContextLoad 0x902' \
    'cut ContextLoad before' 'cut ContextLoad during' 'cut ContextLoad after' \
    'answer ContextSave 0x101' 'cut ContextSave during'; do
    relay_script "$rule 1"
    relay_reset
    expect_ok timeout 60 "$sign" "file:$T/owner.pem" 5
    expect test "$(relay_count Sign)" = 5
    expect tpm_is_clean
done
relay_script 'flip ContextLoad 13 1'
expect_error 'TPM2_Sign' "$sign" "file:$T/owner.pem" 5
expect tpm_is_clean
relay_script

# No resource manager, but a device by the name of one: what it would take away
# when the process ends stays.
background "$T/device.log" python3 "$SOURCE_ROOT/tests/fixture/tpm-device.py" \
    "$T/tpmrm0" "${TPM2OPENSSL_TCTI##*=}"
wait_until 10 test -e "$T/tpmrm0" || die 'no device'
tcti_set "device:$T/tpmrm0"
for key in child owner; do
    each 1 "$T/$key.pem"
    expect test "$(relay_count FlushContext)" -le 1 # of the primary
    tpm_direct tpm2_flushcontext -t
done
each 2 "$T/secret.pem" secret
tpm_direct tpm2_flushcontext -t

# What is gone meanwhile is loaded again, and nothing that failed is kept.
relay_reset
relay_script 'answer Sign 0x18b 1 2'
expect_ok timeout 60 "$sign" "file:$T/child.pem" 5 -
expect test "$(relay_count Load)" = 2
expect test "$(relay_count FlushContext)" = 1
tpm_direct tpm2_flushcontext -t
relay_reset
relay_script 'answer Sign 0x101 always 2'
expect_error 'failure mode' "$sign" "file:$T/child.pem" 5 -
expect tpm_is_clean
