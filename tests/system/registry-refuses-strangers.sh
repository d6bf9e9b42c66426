#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A registry with a CA admits only what that CA signed, and says of all else
# which rule refuses it; each refusal beside the same thing accepted.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
need python3

cd "$T"
ca_make ours
ca_make theirs
key_make rsa rsa.key
key_make ec ec.key
key_make rsa1024 short.key
key_make p384 p384.key
for name in rsa ec short p384; do
    certify ours/iot-ca "$name.key" "$name.crt"
done
certify theirs/iot-ca rsa.key forged.crt
certify ours/root rsa.key skipped.crt
certify ours/iot-ca rsa.key expired.crt -1
certify_self rsa.key self.crt

expect_ok registries create factory --public-key-path ours/iot-ca.crt
expect_ok iot-registry registries create open-house "${PLACE[@]}"

next=0
# admit FILE TYPE and refuse TEXT FILE TYPE: a new device with this key.
admit()
{
    next=$((next + 1))
    expect_ok devices create "device-$next" --public-key "path=$1,type=$2"
}
refuse()
{
    next=$((next + 1))
    expect_fail 1 "$1" devices create "device-$next" \
        --public-key "path=$2,type=$3"
    expect_fail 1 "doesn't exist" devices describe "device-$next"
}
# admit_openly FILE TYPE: the same in a registry without a CA.
admit_openly()
{
    next=$((next + 1))
    expect_ok iot-registry devices create "device-$next" "${PLACE[@]}" \
        --registry open-house --public-key "path=$1,type=$2"
}
refuse_openly()
{
    next=$((next + 1))
    expect_fail 1 "$1" iot-registry devices create "device-$next" "${PLACE[@]}" \
        --registry open-house --public-key "path=$2,type=$3"
}

admit rsa.crt rs256
admit rsa.crt rsa-x509-pem
admit ec.crt es256-x509-pem

# Who signed it.  Both CAs have one name, and only one of them has the key.
refuse 'names CN=Test IoT CA, which did not sign it' forged.crt rs256
refuse 'only certificates signed by one of its CA certificates' self.crt rs256
refuse 'was signed by itself' self.crt rs256
refuse 'was issued by CN=Test root' skipped.crt rs256
refuse 'bare public key' rsa.key.pub rsa-pem
refuse 'bare public key' ec.key.pub es256
refuse 'a CA certificate of the registry' ours/iot-ca.crt es256-x509-pem
admit_openly forged.crt rs256
admit_openly self.crt rs256
admit_openly rsa.key.pub rsa-pem
admit_openly ec.key.pub es256
admit_openly ec.key.pub es256-pem

# A point of P-256 in the two ways of writing it, and what is none: one bit off.
openssl_plain ec -pubin -in ec.key.pub -conv_form compressed -pubout \
    -out compressed.pub 2>/dev/null
expect_not test "$(wc -c <compressed.pub)" = "$(wc -c <ec.key.pub)"
admit_openly compressed.pub es256
openssl_plain ec -pubin -in ec.key.pub -pubout -outform DER -out ec.der \
    2>/dev/null
python3 -c 'import sys; d = bytearray(sys.stdin.buffer.read()); d[-1] ^= 1
sys.stdout.buffer.write(d)' <ec.der >off.der
{
    echo '-----BEGIN PUBLIC KEY-----'
    openssl_plain base64 -in off.der
    echo '-----END PUBLIC KEY-----'
} >off.pub
refuse_openly 'there is no PUBLIC KEY inside' off.pub es256
refuse_openly 'for an RSA key, and this is EC' ec.key.pub rsa-pem
refuse_openly 'for an RSA key, and this is EC' compressed.pub rsa-pem
refuse_openly 'secp384r1' p384.key.pub es256

# When.
refuse 'the certificate expired on 20' expired.crt rs256

# What kind.
refuse 'for an RSA key, and this is EC' ec.crt rs256
refuse 'for an EC key, and this is RSA' rsa.crt es256-x509-pem
refuse 'ES256_PEM is for a bare public key' ec.crt es256
refuse '1024 bits' short.crt rs256
refuse 'secp384r1' p384.crt es256-x509-pem

# What is no key at all.
refuse 'private key' rsa.key rs256
refuse 'not PEM' "$IOT_REGISTRY_DATABASE-wal" rs256
cat rsa.crt ours/iot-ca.crt >chain.crt
refuse 'one at a time' chain.crt rs256
head -c 300 rsa.crt >cut.crt
refuse 'not PEM' cut.crt rs256
head -c 20000 /dev/zero | tr '\0' ' ' >long.crt
refuse 'longer than 16384 bytes' long.crt rs256
refuse 'No such file' none.crt rs256
openssl_plain x509 -in rsa.crt -text -out prose.crt
admit prose.crt rs256

# One bad key of three, and nothing of the device is there.
expect_fail 1 'bare public key' devices create three-1 \
    --public-key path=rsa.crt,type=rs256 --public-key path=ec.crt,type=es256-x509-pem \
    --public-key path=rsa.key.pub,type=rsa-pem
expect_fail 1 "doesn't exist" devices describe three-1
expect_ok devices create three-1 --public-key path=rsa.crt,type=rs256 \
    --public-key path=ec.crt,type=es256-x509-pem

# A CA that comes later binds those who come later; one that goes, lets in.
expect_ok iot-registry registries credentials create "${PLACE[@]}" \
    --registry open-house --path ours/iot-ca.crt
expect_fail 1 'bare public key' iot-registry devices create late-1 \
    "${PLACE[@]}" --registry open-house --public-key path=rsa.key.pub,type=rsa-pem
expect_ok iot-registry devices list "${PLACE[@]}" --registry open-house
expect test "$(rows)" = 6
expect_ok iot-registry registries credentials delete 0 "${PLACE[@]}" \
    --registry open-house
expect_ok iot-registry devices create late-1 "${PLACE[@]}" \
    --registry open-house --public-key path=rsa.key.pub,type=rsa-pem

# Not everything is a CA.
expect_fail 1 'may not sign others' registries create third \
    --public-key-path rsa.crt
expect_fail 1 'bare public key' registries create third \
    --public-key-path rsa.key.pub
expect_fail 1 "doesn't exist" registries describe third
