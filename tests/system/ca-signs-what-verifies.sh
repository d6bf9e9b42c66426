#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/ca makes a chain that openssl verifies from root to device and to
# server, with the extensions each needs and not one that the request wanted.
. "$(dirname "$0")/../fixture/lib.sh"

ca=$SOURCE_ROOT/scripts/ca
cd "$T"

# says CERTIFICATE SENTENCE
says()
{
    openssl_plain x509 -in "$1" -noout -text | grep -q -- "$2"
}

# request NAME, of a device that would rather be a CA
request()
{
    openssl_plain req -new -newkey rsa:2048 -nodes -keyout "$1.key" \
        -out "$1.csr" -subj "/CN=$1" -addext "subjectAltName=DNS:$1.example" \
        -addext basicConstraints=critical,CA:TRUE \
        -addext extendedKeyUsage=serverAuth -addext keyUsage=keyCertSign \
        2>/dev/null
}

# field CERTIFICATE OPTION
field()
{
    openssl_plain x509 -in "$1" -noout "$2"
}

verify=(openssl_plain verify -CAfile ca/root-ca.crt)

expect_ok "$ca" init ca
expect_ok "${verify[@]}" ca/root-ca.crt ca/iot-ca.crt
expect says ca/root-ca.crt 'CA:TRUE$'
expect says ca/iot-ca.crt 'CA:TRUE, pathlen:0'
expect says ca/iot-ca.crt 'ASN1 OID: prime256v1'

request one
expect_ok "$ca" sign ca one.csr one.crt
expect_ok "${verify[@]}" -untrusted ca/iot-ca.crt -purpose sslclient one.crt
expect_error 'purpose' "${verify[@]}" -untrusted ca/iot-ca.crt \
    -purpose sslserver one.crt
expect says one.crt 'Basic Constraints: critical'
expect says one.crt 'CA:FALSE'
expect says one.crt 'DNS:one.example'
usage=$(openssl_plain x509 -in one.crt -noout -ext keyUsage | tail -1 | xargs)
expect test "$usage" = 'Digital Signature'
# By the subordinate itself: a registry wants no chain.
expect test "$(field one.crt -issuer_hash)" = \
    "$(field ca/iot-ca.crt -subject_hash)"

# Again for the same device, as a renewal does; another serial, and a long one.
expect_ok "$ca" sign ca one.csr again.crt
first=$(field one.crt -serial)
second=$(field again.crt -serial)
expect test "$first" != "$second"
expect test "${#second}" -ge 32

expect_ok "$ca" server ca localhost 127.0.0.1 ::1
for name in '-verify_hostname localhost' '-verify_ip 127.0.0.1' \
    '-verify_ip ::1'; do
    # shellcheck disable=SC2086 # an option and its value
    expect_ok "${verify[@]}" -untrusted ca/localhost.crt -purpose sslserver \
        $name ca/localhost.crt
done
expect_error 'mismatch' "${verify[@]}" -untrusted ca/localhost.crt \
    -verify_hostname elsewhere ca/localhost.crt
expect test "$(grep -c BEGIN ca/localhost.crt)" = 2

expect test "$(stat -c %a ca/private/*.key ca/localhost.key | sort -u)" = 600
