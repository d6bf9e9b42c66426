#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Children forked before and after the first signature sign, and theirs, and the
# parent meanwhile: each process makes a connection of its own and flushes
# nothing of another's.
. "$(dirname "$0")/../fixture/lib.sh"
sign=$BUILD_ROOT/tests/provider/sign-in-children
test -x "$sign" || die "no $sign"

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"
providers default tpm2
expect_ok timeout 60 "$sign" handle:0x81000010 3 3
expect tpm_is_clean
# Five processes, and three slots in this TPM: they give way to each other.
expect_ok timeout 60 "$sign" "file:$T/key.pem" 1 3
expect tpm_is_clean
# The control: with no TPM the program notices.
tcti_set 'swtpm:host=127.0.0.1,port=1'
expect_error . "$sign" "file:$T/key.pem" 1 1
