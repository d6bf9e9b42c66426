# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of web servers, after tests/fixture/lib.sh: certificates for TPM
# keys, a page, and clients that ask for it.  Servers are the tests' own.

PATH=$PATH:/usr/sbin
need curl
tpm_start --no-ek
ca_make "$T/ca"
mkdir "$T/www"
echo served >"$T/www/index.html"

# web_key NAME [OPTION…]: a TPM key file $T/NAME.pem and a chain $T/NAME.crt.
web_key()
{
    local name=$1
    shift
    key_file "$T/$name.pem" "$@"
    web_certify "$name"
}

# web_certify NAME
web_certify()
{
    local name=$1
    expect_ok openssl req -provider tpm2 -provider default -new \
        -subj /CN=localhost -key "$T/$name.pem" -out "$T/csr"
    ca_sign "$T/ca" "$T/csr" "$T/server.crt" server
    cat "$T/server.crt" "$T/ca/iot-ca.crt" >"$T/$name.crt"
}

# web_reference NAME HANDLE: the same, of a key at a persistent handle, to which
# the file refers.
web_reference()
{
    expect_ok openssl genpkey -provider tpm2 -provider base -algorithm EC \
        -pkeyopt "handle:$2" -out "$T/$1.pem"
    expect grep -q -- '-BEGIN TPM2 KEY REFERENCE-' "$T/$1.pem"
    web_certify "$1"
}

# web_serve CMD…: a server on a free port, $PORT; its configuration is written
# by web_configure, which the test defines.  Its id is $SERVER.
web_serve()
{
    local try
    for ((try = 0; try < 20; try++)); do
        PORT=$(port_block)
        web_configure
        background "$T/server.log" "$@"
        SERVER=$STARTED_PID
        wait_listening "$SERVER" "$PORT" && return 0
        stop_pid "$SERVER"
        grep -qi 'in use' "$T/server.log" || break
    done
    cat "$T/server.log" >&2
    die "$1 does not start"
}

# web_get OPTION…: the page, from whom the certificate says, by a client that
# knows nothing of our provider.
web_get()
{
    "${FOREIGN[@]}" curl -sS --fail --max-time 20 --cacert "$T/ca/root.crt" \
        "$@" "https://localhost:$PORT/index.html"
}

# web_many VERSION: eight clients at once, two connections each.
web_many()
{
    local i j clients=() client
    rm -f "$T"/page.*
    for ((i = 0; i < 8; i++)); do
        (
            trap - EXIT
            for ((j = 0; j < 2; j++)); do
                web_get "--tlsv$1" --tls-max "$1" >>"$T/page.$i" || exit 1
            done
        ) &
        clients+=("$!")
    done
    for client in "${clients[@]}"; do
        wait "$client" || {
            tail -n 20 "$T/server.log" >&2
            die "TLS $1: a client got no page"
        }
    done
    expect test "$(cat "$T"/page.* | grep -cx served)" = 16
}
