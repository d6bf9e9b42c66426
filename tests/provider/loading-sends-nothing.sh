#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Loading the provider, by command line or configuration, in any order, sends
# the TPM nothing; and a TPM that is not there hinders nobody who needs none.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
relay_start

loads()
{
    relay_expect 0 openssl list -providers
    expect grep -q '^  tpm2$' "$T/out"
    relay_expect 0 openssl version
    relay_expect 0 openssl rand -hex 8
    relay_expect 0 openssl dgst -sha256 "$0"
    relay_expect 0 openssl genpkey -algorithm EC \
        -pkeyopt ec_paramgen_curve:P-256 -propquery provider=default \
        -out "$T/soft.pem"
    expect grep -q -- '-BEGIN PRIVATE KEY-' "$T/soft.pem"
    relay_expect 0 openssl dgst -sha256 -sign "$T/soft.pem" -out "$T/sig" "$0"
}

relay_expect 0 openssl list -providers -provider tpm2
expect grep -q '^  tpm2$' "$T/out"
for what in signature key-exchange public-key digest; do
    relay_expect 0 openssl list "-$what-algorithms" -provider tpm2
done
each_order loads

# The control: what needs the TPM is seen by the relay.
tpm_key 0x81000010 ecc256
relay_reset
expect_ok openssl pkey -provider tpm2 -provider base -in handle:0x81000010 \
    -pubout
expect test "$(relay_count)" -gt 0

# No TPM at all.
tpm_crash
stop_pid "$RELAY_PID"
: >"$RELAY_LOG"
each_order loads
