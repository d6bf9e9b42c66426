#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A daemon closes all descriptors, and with them the provider's to a device that
# it holds; what has their numbers then is not taken for the TPM, nor closed.
. "$(dirname "$0")/../fixture/lib.sh"
need python3
sign=$BUILD_ROOT/tests/provider/sign-without-descriptors

tpm_start --no-ek
tpm_key 0x81000010 ecc256
providers default tpm2
: >"$T/file"
# A TPM that is let go of between two signatures, and one that is held.
expect_ok timeout 60 "$sign" handle:0x81000010 "$T/file"
expect_ok timeout 60 "$sign" handle:0x81000010 /dev/null
background "$T/device.log" python3 "$SOURCE_ROOT/tests/fixture/tpm-device.py" \
    "$T/tpmrm0" "${TPM_PORT[tpm]}"
wait_until 10 test -e "$T/tpmrm0" || die 'no device'
tcti_set "device:$T/tpmrm0"
expect_ok timeout 60 "$sign" handle:0x81000010 "$T/file"
# A device of which only the descriptor is let go, and a daemon with /dev/null.
ln -s "$(readlink "$T/tpmrm0")" "$T/tpm0"
tcti_set "device:$T/tpm0"
expect_ok timeout 60 "$sign" handle:0x81000010 "$T/file"
expect_ok timeout 60 "$sign" handle:0x81000010 /dev/null
expect tpm_is_clean
