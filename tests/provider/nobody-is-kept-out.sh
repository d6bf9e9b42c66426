#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Between two signatures a TPM that serves one at a time is free for others, and
# yet each of them costs one command: of a bare device tpm2-tss asks something
# whenever it opens one, which happens once here.
. "$(dirname "$0")/../fixture/lib.sh"
need python3
sign=$BUILD_ROOT/tests/provider/sign-and-let-go
test -x "$sign" || die "no $sign"

# device NAME: the TPM behind the relay as a device of this name.
device()
{
    background "$T/$1.log" python3 "$SOURCE_ROOT/tests/fixture/tpm-device.py" \
        "$T/$1" "${RELAY_TCTI##*=}"
    wait_until 10 test -e "$T/$1" || die 'no device'
    tcti_set "device:$T/$1"
}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
relay_start
RELAY_TCTI=$TPM2OPENSSL_TCTI
providers default tpm2

expect_ok timeout 60 "$sign" handle:0x81000010 5
expect test "$(relay_count)" = 6

device tpm0
relay_reset
expect_ok timeout 60 "$sign" handle:0x81000010 5 "$T/tpm0"
expect test "$(relay_count Sign)" = 5
expect test "$(relay_count GetRandom)" = 1 # tpm2-tss, when it opens a device
expect test "$(relay_count)" = 7
# A device that comes back after it was away is opened again.
tpm_restart --crash
expect_ok timeout 60 "$sign" handle:0x81000010 1 "$T/tpm0"

# The control: what many can have at once is held.
device tpmrm0
expect_error 'is held after signature 1$' \
    "$sign" handle:0x81000010 1 "$T/tpmrm0"
expect tpm_is_clean
