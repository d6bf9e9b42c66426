#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A registry has up to ten CA certificates, each as good as the others; one that
# has expired lets in nobody new, and the devices that are there stay.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need sqlite3 jq

cd "$T"
printf '%s\n' '[req]' 'distinguished_name = n' '[n]' '[ca]' \
    'basicConstraints = critical, CA:TRUE' 'keyUsage = keyCertSign' \
    'subjectKeyIdentifier = hash' >ca.cnf
# authority NAME [DAYS]: NAME.key and NAME.crt, which signed itself.
authority()
{
    test -e "$1.key" || ca_key "$1.key"
    openssl_plain req -new -config ca.cnf -subj "/CN=$1" -key "$1.key" \
        -out "$1.csr"
    openssl_plain x509 -req -in "$1.csr" -signkey "$1.key" -extfile ca.cnf \
        -extensions ca -days "${2:-30}" -out "$1.crt" 2>/dev/null
}
credentials()
{
    registries credentials "$@" --registry factory
}
# admit DEVICE CERTIFICATE: and refuse WHY DEVICE CERTIFICATE.
admit()
{
    expect_ok devices create "$1" --public-key "path=$2,type=es256-x509-pem"
}
refuse()
{
    expect_fail 1 "$1" devices create "$2" \
        --public-key "path=$3,type=es256-x509-pem"
}

key_make ec device.key
expect_ok registries create factory
for i in {1..11}; do
    authority "ca-$i"
    certify "ca-$i" device.key "by-$i.crt"
done
for i in {1..10}; do
    expect_ok credentials create --path "ca-$i.crt"
done
expect_fail 1 'at most 10 certificates' credentials create --path ca-11.crt
expect_ok credentials list --json
expect test "$(jq length out)" = 10
expect_ok credentials describe 9
expect grep -q "subject: CN=ca-10\|subject: 'CN=ca-10'" out

# Signed by any of them, and by no other.
admit device-1 by-1.crt
admit device-10 by-10.crt
refuse 'was issued by CN=ca-11' device-11 by-11.crt
expect_ok credentials delete 0
expect_ok credentials create --path ca-11.crt
admit device-11 by-11.crt
refuse 'was issued by CN=ca-1' device-2 by-1.crt
expect_ok devices describe device-1

# An expired one is not taken, and one that expires there signs no more.
authority old -1
expect_ok credentials delete 9
expect_fail 1 'expired on' credentials create --path old.crt
authority ca-5 -1
sqlite3 "$IOT_REGISTRY_DATABASE" \
    "UPDATE certificate SET pem = CAST(readfile('ca-5.crt') AS TEXT)
     WHERE position = (SELECT position FROM certificate
                       ORDER BY position LIMIT 1 OFFSET 3)"
refuse 'expired on' device-5 by-5.crt
admit device-6 by-6.crt
expect_ok devices list
expect test "$(rows)" = 4
