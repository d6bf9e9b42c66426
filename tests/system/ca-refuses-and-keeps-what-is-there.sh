#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/ca never replaces a CA or a server's key, leaves nothing half done,
# and says in one line what was wrong; the same minus the fault is done.
. "$(dirname "$0")/../fixture/lib.sh"

ca=$SOURCE_ROOT/scripts/ca
cd "$T"
openssl_plain req -new -newkey rsa:2048 -nodes -keyout device.key \
    -subj /CN=device -out request.csr 2>/dev/null

expect_fail 1 'holds no CA' "$ca" sign ca request.csr device.crt
expect_ok "$ca" init ca
cp -a ca before
expect_fail 1 'holds a CA already' "$ca" init ca
expect diff -r ca before

mkdir full empty
touch full/something
expect_fail 1 'is not empty' "$ca" init full
expect_ok "$ca" init empty

expect_fail 2 'init DIR' "$ca" init
expect_fail 2 'init DIR' "$ca" frobnicate
expect_fail 2 'init DIR' "$ca" sign ca
expect_fail 2 'needs DIR and a NAME' "$ca" server ca

# A request that is cut short, and one that its key did not sign.
head -c 600 request.csr >cut.csr
openssl_plain req -in request.csr -outform DER -out forged.der
end=$(($(stat -c %s forged.der) - 4))
printf '\0\0\0\0' | dd of=forged.der bs=1 seek="$end" conv=notrunc status=none
openssl_plain req -inform DER -in forged.der -out forged.csr
expect_fail 1 'cannot be read' "$ca" sign ca absent.csr device.crt
expect_fail 1 'not signed' "$ca" sign ca cut.csr device.crt
expect_fail 1 'not signed' "$ca" sign ca forged.csr device.crt
expect test ! -e device.crt
expect_ok "$ca" sign ca request.csr device.crt
expect test -s device.crt

# A device chooses its names, and no other extension: what the CA sets itself is
# the CA's, and all else is refused by name.
# request EXTENSION: odd.csr, with this one.
request()
{
    openssl_plain req -new -key device.key -subj /CN=odd -addext "$1" \
        -out odd.csr
}
for extension in crlDistributionPoints=URI:http://odd/ certificatePolicies=1.2.3 \
    'authorityInfoAccess=OCSP;URI:http://odd/' 1.2.3.4=critical,ASN1:NULL \
    '1.2.3.4=ASN1:UTF8String:X509v3 Subject Alternative Name: '; do
    request "$extension"
    expect_fail 1 'it asks for the extension' "$ca" sign ca odd.csr odd.crt
    expect test ! -e odd.crt
done
for extension in subjectAltName=critical,DNS:odd basicConstraints=CA:TRUE \
    keyUsage=keyCertSign extendedKeyUsage=serverAuth; do
    request "$extension"
    expect_ok "$ca" sign ca odd.csr odd.crt
    openssl_plain x509 -in odd.crt -noout -text >odd.txt
    expect grep -q CA:FALSE odd.txt
    expect_not grep -qE 'Certificate Sign|Server Auth' odd.txt
done

expect_ok "$ca" server ca localhost
sum=$(sha256sum ca/localhost.key)
expect_fail 1 'is there already' "$ca" server ca localhost
expect test "$sum" = "$(sha256sum ca/localhost.key)"

# Two at once: both are signed, and both are in the database.
"$ca" sign ca request.csr left.crt >/dev/null &
left=$!
expect_ok "$ca" sign ca request.csr right.crt
wait "$left"
expect test "$(wc -l <ca/iot-ca.db)" = 8

# No working folder is left behind.
expect test -z "$(find . -name '.ca.*')"
