#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With the openssl.cnf of this project and nothing else, stock openssl makes a
# request with a TPM key, and all that needs no TPM goes on as before.
. "$(dirname "$0")/../fixture/lib.sh"
unset OPENSSL_MODULES

cd "$T"
tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
export OPENSSL_CONF=$BUILD_ROOT/conf/openssl.cnf

for handle in 0x81000010 0x81000011; do
    expect_ok openssl req -provider tpm2 -new -key "handle:$handle" \
        -subj /CN=device -addext subjectAltName=DNS:device.example \
        -out device.csr
    expect_ok openssl_plain req -in device.csr -noout -verify
    # It exits 0 in any case: OpenSSL 3.0 says it in words only.
    expect grep -q 'verify OK' "$T/err"
    # The configuration alone does too.
    expect_ok openssl req -new -key "handle:$handle" -subj /CN=device
done
expect tpm_is_clean

# With no TPM about, whatever needs none does not miss it.
tcti_set swtpm:host=127.0.0.1,port=1
expect_ok openssl req -x509 -newkey rsa:2048 -nodes -keyout soft.key \
    -subj /CN=soft -out soft.crt
expect_ok openssl rand -hex 8
expect_ok openssl dgst -sha256 soft.crt
expect_ok openssl verify -CAfile soft.crt soft.crt
expect_error 'TPM' openssl req -new -key handle:0x81000010 -subj /CN=device
