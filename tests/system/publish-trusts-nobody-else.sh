#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another CA, another name, an expired certificate, no certificate of a
# server, an old TLS, no TLS, a bridge that says no: refused with exit 4 and
# the reason, and nothing is sent.  Each beside the same thing accepted.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in

expect_ok publish --message good
expect_ok publish_to localhost "$PORT" ca/iot-ca.crt --message good

# Who signed it.
ca_make other
expect_fail 4 'is refused: self-signed certificate in certificate chain' \
    publish_to localhost "$PORT" other/chain.crt --message bad
expect_fail 4 'messages not acknowledged: 1' \
    publish_to localhost "$PORT" other/chain.crt --message bad
expect_fail 1 'cannot read certificates to trust from none.crt' \
    publish_to localhost "$PORT" none.crt --message bad

# The system's roots are those of SSL_CERT_FILE.
by_system()
{
    SSL_CERT_FILE=$1 SSL_CERT_DIR=$T/none iot-publish --key device.key \
        --host localhost --port "$PORT" --project p1 --region here \
        --registry reg --device dev1 --message system
}
expect_ok by_system ca/chain.crt
expect_fail 4 'is refused' by_system other/chain.crt

# server NAME EXTENSIONS DAYS: DIR/NAME.crt of the same CA and key.
server()
{
    printf '[x]\nbasicConstraints = CA:FALSE\n%s\n' "$2" >"$1.ext"
    openssl_plain x509 -req -in ca/server.csr -out "ca/$1.crt" \
        -CA ca/iot-ca.crt -CAkey ca/iot-ca.key -days "$3" \
        -extfile "$1.ext" -extensions x 2>/dev/null
}
# serve NAME [OPTION…]: a TLS server with that certificate on $SERVED.
serve()
{
    local try
    for ((try = 0; try < 20; try++)); do
        SERVED=$(port_block)
        background served openssl_plain s_server -quiet -accept "127.0.0.1:$SERVED" \
            -cert "ca/$1.crt" -key ca/server.key "${@:2}"
        wait_listening "$STARTED_PID" "$SERVED" && return 0
    done
    die "no s_server"
}
# refused TEXT [OPTION…]: what is served now is.
refused()
{
    expect_fail 4 "$1" publish_to localhost "$SERVED" ca/chain.crt \
        --message bad --timeout 3 "${@:2}"
}
for what in 'name DNS:elsewhere serverAuth 30' \
    'expired DNS:localhost serverAuth -1' \
    'client DNS:localhost clientAuth 30'; do
    # shellcheck disable=SC2086 # words
    set -- $what
    server "$1" "subjectAltName = $2
extendedKeyUsage = $3" "$4"
done
serve name
refused 'refused: hostname mismatch'
expect_fail 4 'refused: IP address mismatch' \
    publish_to 127.0.0.1 "$SERVED" ca/chain.crt --message bad
serve expired
refused 'refused: certificate has expired; check'
serve client
refused 'refused: unsuitable certificate purpose'

# A server that has TLS 1.1 only; and one that has none at all.
serve server -tls1_1 -cipher 'ALL:@SECLEVEL=0'
refused 'no TLS with localhost'
expect_fail 4 'no TLS with localhost' \
    publish_to localhost "$SITEPORT" ca/chain.crt --message bad --timeout 3

# Nobody there; no such host.
expect_fail 4 'Connection refused; messages not acknowledged: 1' \
    publish_to localhost 1 ca/chain.crt --message bad --timeout 1
expect_fail 4 'cannot find the host no.such.invalid' \
    publish_to no.such.invalid 1 ca/chain.crt --message bad --timeout 1

# Nothing of all this was heard by the broker.
expect test "$(grep -c 'Received PUBLISH' "$BROKER_LOG")" = 3

# A bridge that refuses the device.
stop_pid "$BROKER_PID"
: >passwords
broker_conf 'allow_anonymous false' "password_file $T/passwords"
broker_start broker.in
expect_fail 4 'the bridge refused this device: its log says why' \
    publish --message bad
expect_fail 4 'the bridge refused this device' publish --listen
