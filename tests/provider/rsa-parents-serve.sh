#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key file that says rsaParent hangs under an RSA primary of its hierarchy;
# without it, the same key is under another parent, and told so.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"

tpm_start --no-ek
tpm_direct tpm2_createprimary -Q -C o -G rsa2048 -c "$T/parent.ctx" -a \
    'restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
tpm_direct tpm2_create -Q -C "$T/parent.ctx" -G ecc256 -u "$T/pub" \
    -r "$T/priv" -a \
    'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
tpm_direct tpm2_flushcontext -t
POLICY_PARENT=0x40000001
POLICY_EXTRA='rsa = EXPLICIT:5,BOOLEAN:TRUE' policy_file "$T/rsa.pem"
signs "$T/rsa.pem"
policy_file "$T/ecc.pem"
refuses 'another parent' "$T/ecc.pem"
