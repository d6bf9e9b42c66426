#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# curl as Debian ships it proves itself with a certificate whose key is in the
# TPM: --cert and --key, TLS 1.2 and 1.3, either order of providers, and no
# property query.  A server that wants a certificate lets in no one else.
. "$(dirname "$0")/../fixture/lib.sh"
need curl

tpm_start --no-ek
ca_make "$T/ca"
key_file "$T/ec.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
for kind in ec rsa; do
    expect_ok openssl req -provider tpm2 -provider default -new \
        -subj /CN=device -key "$T/$kind.pem" -out "$T/csr"
    ca_sign "$T/ca" "$T/csr" "$T/$kind.crt"
done
ca_key "$T/soft.key"

for ((try = 0; try < 20; try++)); do
    port=$(port_block)
    background "$T/server.log" openssl_plain s_server -www -Verify 4 \
        -verify_return_error -CAfile "$T/ca/chain.crt" \
        -cert "$T/ca/server.crt" -key "$T/ca/server.key" \
        -cert_chain "$T/ca/iot-ca.crt" -accept "127.0.0.1:$port"
    server=$STARTED_PID
    wait_listening "$server" "$port" && break
    stop_pid "$server"
done

# The page of this server tells about the connection.
get=(curl -sS --fail --max-time 20 --cacert "$T/ca/root.crt"
    "https://localhost:$port/")

shown()
{
    local kind version
    for kind in ec rsa; do
        for version in 1.2 1.3; do
            expect_ok "${get[@]}" "--tlsv$version" --tls-max "$version" \
                --cert "$T/$kind.crt" --key "$T/$kind.pem"
            expect grep -q "TLSv$version" "$T/out"
            expect grep -q 'Subject: CN=device' "$T/out"
        done
    done
    # The controls: nobody without a certificate, nor with another key.
    expect_error . "${get[@]}" --tls-max 1.2
    expect_error . "${get[@]}" --cert "$T/ec.crt" --key "$T/soft.key"
}
each_order shown
expect tpm_is_clean
