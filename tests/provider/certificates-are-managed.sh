#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Stock `openssl cmp` asks for a first certificate and for a key update, and
# `openssl ca` issues and revokes, each with a TPM key: a key file, a persistent
# handle and a file that refers to one; with `default` first and last.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
ca_make "$T/ca"
key_file "$T/key.pem"
key_file "$T/rsa.pem" -algorithm RSA -pkeyopt bits:2048
expect_ok openssl genpkey -provider tpm2 -propquery provider=tpm2 \
    -algorithm EC -pkeyopt handle:0x81000010 -out "$T/reference.pem"

# cmp_server OPTION…: a mock of a registration authority, which knows no TPM.
cmp_server()
{
    local try
    for ((try = 0; try < 20; try++)); do
        PORT=$(port_block)
        background "$T/server.log" openssl_plain cmp -port "$PORT" \
            -srv_key "$T/ca/server.key" -srv_cert "$T/ca/server.crt" \
            -rsp_cert "$T/device.crt" -rsp_capubs "$T/ca/chain.crt" "$@"
        wait_listening "$STARTED_PID" "$PORT" && return 0
        stop_pid "$STARTED_PID"
    done
    cat "$T/server.log" >&2
    die 'no CMP server'
}

# cmp_gets KEY: a first certificate by password, then one for a key update that
# the old one signs.
cmp_gets()
{
    local key=$1
    expect_ok openssl req -new -subj /CN=device -key "$key" -out "$T/csr"
    ca_sign "$T/ca" "$T/csr" "$T/device.crt"
    cmp_server -srv_secret pass:1234-5678
    expect_ok timeout 20 openssl cmp -cmd ir -server "localhost:$PORT/pkix/" \
        -recipient /CN=ra -secret pass:1234-5678 -newkey "$key" \
        -subject /CN=device -certout "$T/new.crt"
    expect cmp "$T/new.crt" <(openssl_plain x509 -in "$T/device.crt")
    stop_pid "$STARTED_PID"
    cmp_server -srv_trusted "$T/ca/chain.crt"
    expect_ok timeout 20 openssl cmp -cmd kur -server "localhost:$PORT/pkix/" \
        -trusted "$T/ca/root.crt" -untrusted "$T/ca/iot-ca.crt" \
        -key "$key" -cert "$T/new.crt" -newkey "$key" -certout "$T/newer.crt"
    expect cmp "$T/newer.crt" "$T/new.crt"
    stop_pid "$STARTED_PID"
}

# ca_issues KEY: a CA whose key is in the TPM.
ca_issues()
{
    local key=$1 dir
    dir=$(mktemp -d "$T/ca.XXXXXX")
    mkdir "$dir/new"
    : >"$dir/index"
    echo 01 | tee "$dir/serial" >"$dir/crlnumber"
    cp "$OPENSSL_CONF" "$dir/ca.cnf"
    cat >>"$dir/ca.cnf" <<-END
	[ca]
	default_ca = own
	[own]
	database = $dir/index
	new_certs_dir = $dir/new
	serial = $dir/serial
	crlnumber = $dir/crlnumber
	default_md = sha256
	default_days = 7
	default_crl_days = 7
	policy = any
	[any]
	commonName = supplied
	END
    expect_ok openssl req -x509 -new -subj /CN=ca -days 9 -key "$key" \
        -out "$dir/ca.crt"
    expect_ok openssl ca -config "$dir/ca.cnf" -batch -notext -keyfile "$key" \
        -cert "$dir/ca.crt" -in "$T/csr" -out "$dir/issued.crt"
    expect_ok openssl_plain verify -CAfile "$dir/ca.crt" "$dir/issued.crt"
    expect_ok openssl ca -config "$dir/ca.cnf" -keyfile "$key" \
        -cert "$dir/ca.crt" -revoke "$dir/issued.crt"
    expect_ok openssl ca -config "$dir/ca.cnf" -keyfile "$key" \
        -cert "$dir/ca.crt" -gencrl -out "$dir/crl"
    expect_ok openssl_plain crl -in "$dir/crl" -CAfile "$dir/ca.crt" -noout
    # The control: who looks at the list does not take it any more.
    expect_error 'certificate revoked' openssl_plain verify -crl_check \
        -CRLfile "$dir/crl" -CAfile "$dir/ca.crt" "$dir/issued.crt"
}

story()
{
    cmp_gets "$1"
    ca_issues "$1"
}
each_order story "$T/key.pem"
providers default tpm2
story "$T/rsa.pem"
story handle:0x81000010
cmp_gets "$T/reference.pem"
expect tpm_is_clean
