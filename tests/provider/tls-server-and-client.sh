#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TLS 1.2 and 1.3 with a TPM key, as the server and as the client, RSA and EC,
# in either order of providers; ephemeral keys are none of the TPM's business.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
ca_make "$T/ca"
for handle in 0x81000010 0x81000011; do
    openssl req -provider tpm2 -provider default -new -subj /CN=localhost \
        -key "handle:$handle" -out "$T/csr"
    ca_sign "$T/ca" "$T/csr" "$T/$handle-server.crt" server
    ca_sign "$T/ca" "$T/csr" "$T/$handle-client.crt" device
done

# serve LOG OPTION…: s_server on a free port, $SERVER_PORT.
serve()
{
    local log=$1 try
    shift
    for ((try = 0; try < 20; try++)); do
        SERVER_PORT=$(port_block)
        background "$log" "$@" -accept "127.0.0.1:$SERVER_PORT"
        SERVER_PID=$STARTED_PID
        wait_listening "$SERVER_PID" "$SERVER_PORT" && return 0
        stop_pid "$SERVER_PID"
    done
    cat "$log" >&2
    die 's_server does not start'
}

# connects VERSION OPTION…: s_client gets a page and knows whom from.
connects()
{
    local version=$1
    shift
    printf '+ %s\n' "$version $*"
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 20 "$@" \
        -connect "127.0.0.1:$SERVER_PORT" "-$version" -ign_eof \
        -verify_return_error -servername localhost \
        -CAfile "$T/ca/chain.crt" >"$T/out" 2>"$T/err" ||
        claim_fails "no connection" "$@"
    expect grep -q 'Verify return code: 0' "$T/out"
    expect grep -q '200 ok' "$T/out"
}

server_side()
{
    local handle
    for handle in 0x81000010 0x81000011; do
        serve "$T/server.log" openssl s_server -www \
            -cert "$T/$handle-server.crt" -key "handle:$handle" \
            -cert_chain "$T/ca/iot-ca.crt"
        connects tls1_2 openssl_plain s_client
        connects tls1_3 openssl_plain s_client
        stop_pid "$SERVER_PID"
    done
}

client_side()
{
    local handle version
    serve "$T/server.log" openssl_plain s_server -www -Verify 4 \
        -verify_return_error -CAfile "$T/ca/chain.crt" \
        -cert "$T/ca/server.crt" -key "$T/ca/server.key" \
        -cert_chain "$T/ca/iot-ca.crt"
    for handle in 0x81000010 0x81000011; do
        for version in tls1_2 tls1_3; do
            connects $version openssl s_client \
                -cert "$T/$handle-client.crt" -key "handle:$handle"
        done
    done
    # The control: without a certificate this server lets nobody in.
    SHOWN=$((SHOWN + 1))
    ! (trap - EXIT; connects tls1_2 openssl_plain s_client) 2>"$T/refused" ||
        die 'the server asks for no certificate'
    stop_pid "$SERVER_PID"
}

# On the NIST curves, where OpenSSL would have the ephemeral key of the TPM.
# To read the key and to sign are the only commands.
curves()
{
    local group
    serve "$T/server.log" openssl s_server -www \
        -cert "$T/0x81000011-server.crt" -key handle:0x81000011 \
        -cert_chain "$T/ca/iot-ca.crt"
    for group in P-256 P-384 P-521; do
        relay_reset
        connects tls1_3 openssl_plain s_client -groups "$group"
        expect test "$(relay_count Sign)" = 1
        expect test "$(relay_count Create)" = 0
        expect test "$(relay_count ECDH_KeyGen)" = 0
        connects tls1_3 openssl s_client -groups "$group"
    done
    stop_pid "$SERVER_PID"
}

each_order server_side
each_order client_side
relay_start
each_order curves
expect tpm_is_clean
