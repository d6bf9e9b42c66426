#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Threads share a key, load their own, or have a library context of their own,
# all at once on one TPM.
. "$(dirname "$0")/../fixture/lib.sh"
sign=$BUILD_ROOT/tests/provider/sign-in-threads
test -x "$sign" || die "no $sign"

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"
providers default tpm2
expect_ok timeout 60 "$sign" handle:0x81000010 9 5
expect tpm_is_clean
expect_ok timeout 60 "$sign" "file:$T/key.pem" 9 5
expect tpm_is_clean
# The control: with no TPM the program notices.
tcti_set 'swtpm:host=127.0.0.1,port=1'
expect_error . "$sign" "file:$T/key.pem" 2 1
