#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-jwt prints, shows and verifies tokens of software keys; what it refuses
# stands beside the same thing accepted.
. "$(dirname "$0")/../fixture/lib.sh"

cd "$T"
openssl_plain genpkey -algorithm RSA -out rsa.pem 2>/dev/null
openssl_plain genpkey -algorithm EC -pkeyopt group:P-256 -out ec.pem
openssl_plain genpkey -algorithm EC -pkeyopt group:P-384 -out p384.pem
openssl_plain genpkey -algorithm ED25519 -out ed.pem
openssl_plain pkey -in rsa.pem -pubout -out rsa.pub
openssl_plain pkey -in ec.pem -pubout -out ec.pub
openssl_plain pkey -in ec.pem -outform DER -out ec.der
openssl_plain req -x509 -new -key ec.pem -subj /CN=device -out ec.crt

# mint KEY FILE [OPTION…]: a token in a file.
mint()
{
    expect_ok iot-jwt --key "$1" --audience p1 "${@:3}"
    expect test ! -s err
    cp out "$2"
}

# from FILE CMD…: a command with a file on its standard input.
from()
{
    "${@:2}" <"$1"
}

# verify TOKEN [OPTION…]: ES256 with ec.pub for p1.
verify()
{
    from "$1" iot-jwt verify --public-key ec.pub --algorithm ES256 \
        --audience p1 "${@:2}"
}

# lifetime: of the token that is in out as JSON.
lifetime()
{
    python3 -c 'import json; c = json.load(open("out"))["claims"]
print(c["aud"], c["exp"] - c["iat"])'
}

# One line, three parts, nothing else on either side.
mint ec.pem ec.jwt
expect grep -Eqx '[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}' ec.jwt
expect test "$(wc -l <ec.jwt)" = 1
mint rsa.pem rsa.jwt
expect grep -Eqx '[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{342}' rsa.jwt
mint ec.der der.jwt
mint ./../"$(basename "$T")"/ec.pem path.jwt

# An hour, unless told otherwise.
expect_ok from ec.jwt iot-jwt decode --json
expect grep -q '"verified":false,"header":{"alg":"ES256","typ":"JWT"}' out
expect test "$(lifetime)" = 'p1 3600'
mint ec.pem short.jwt --lifetime 60
expect_ok from short.jwt iot-jwt decode --json
expect test "$(lifetime)" = 'p1 60'
expect_ok iot-jwt --key ec.pem --audience p1 --json --lifetime 86400
expect test "$(lifetime)" = 'p1 86400'
expect grep -Eq '^{"token":"[^"]*","header":{"alg":"ES256",' out

# Shown from standard input, as "-", as an argument; and said to be unverified.
expect_ok from ec.jwt iot-jwt decode
expect grep -q '^not verified' out
expect grep -q '^lifetime *1 h$' out
expect_ok from ec.jwt iot-jwt decode -
expect_ok iot-jwt decode "$(cat ec.jwt)"
expect_fail 1 'not a token' iot-jwt decode "$(cut -d. -f1 ec.jwt)"
expect_fail 1 'not a token' iot-jwt decode

# Verified.
expect_ok verify ec.jwt
expect grep -q '^verified' out
expect_ok verify ec.jwt --json
expect grep -q '^{"verified":true,' out
expect_ok from ec.jwt iot-jwt verify --public-key ec.crt --algorithm ES256 \
    --audience p1 -
expect_ok from rsa.jwt iot-jwt verify --public-key rsa.pub --algorithm RS256 \
    --audience p1

# Refused, each in one sentence.
expect_fail 1 'refused: meant for the audience p1, not p2' \
    from ec.jwt iot-jwt verify --public-key ec.pub --algorithm ES256 \
    --audience p2
expect_fail 1 'its algorithm is RS256, the key is for ES256' verify rsa.jwt
expect_fail 1 'RS256 needs a key of type RSA, not EC' \
    from ec.jwt iot-jwt verify --public-key ec.pub --algorithm RS256 \
    --audience p1
expect_fail 1 'a public key or a certificate is needed' \
    from ec.jwt iot-jwt verify --public-key ec.pem --algorithm ES256 \
    --audience p1
cut -d. -f3 ec.jwt | sed "s/^/$(cut -d. -f1-2 short.jwt)./" >mixed.jwt
expect_fail 1 'the signature is not' verify mixed.jwt --json
expect grep -q '^{"verified":false,"reason":"the signature is not' out
expect_fail 1 'longer than 3599 s' verify ec.jwt --longest 3599 --skew 0
expect_ok verify ec.jwt --longest 3600 --skew 0
mint ec.pem over.jwt --lifetime 1
sleep 3
expect_fail 1 'refused: expired ' verify over.jwt --skew 0
expect_ok verify over.jwt

# A megabyte is no token, and is not read to its end.
head -c 1000000 /dev/zero | tr '\0' A >big.jwt
expect_fail 1 'longer than' verify big.jwt
expect_fail 1 'longer than' from big.jwt iot-jwt decode

# Keys that are none, or none for this.
expect_fail 1 'cannot open absent.pem' iot-jwt --key absent.pem --audience p1
expect_fail 1 'Is a directory' iot-jwt --key . --audience p1
expect_fail 1 'no private key can be read from ec.pub' \
    iot-jwt --key ec.pub --audience p1
head -c 100 ec.pem >cut.pem
expect_fail 1 'no private key can be read from cut.pem' \
    iot-jwt --key cut.pem --audience p1
expect_fail 1 'ES256 needs a key on the curve P-256, not secp384r1' \
    iot-jwt --key p384.pem --audience p1
expect_fail 1 'a key of type ED25519' iot-jwt --key ed.pem --audience p1
expect_fail 1 'cannot open absent.obj' iot-jwt --key object:absent.obj \
    --audience p1

# Command lines that make no sense.
expect_fail 2 '--key is needed' iot-jwt --audience p1
expect_fail 2 '--audience is needed' iot-jwt --key ec.pem
expect_fail 2 'from 1 to 86400' iot-jwt --key ec.pem --audience p1 --lifetime 0
expect_fail 2 'from 1 to 86400' \
    iot-jwt --key ec.pem --audience p1 --lifetime 86401
expect_fail 2 'is no handle' iot-jwt --key handle:8100000g --audience p1
expect_fail 2 'is no handle' iot-jwt --key handle:0x --audience p1
expect_fail 2 'there is no file 0x81000010; a handle is written handle:0x81000010' \
    iot-jwt --key 0x81000010 --audience p1
expect_fail 1 'cannot open 0x8-or-so: ' iot-jwt --key 0x8-or-so --audience p1
expect_fail 2 'is no handle' iot-jwt --key handle:0x810000010 --audience p1
expect_fail 2 'RS256 or ES256, not "none"' iot-jwt verify --public-key ec.pub \
    --algorithm none --audience p1
expect_fail 2 '--public-key is needed' iot-jwt verify
expect_fail 2 'one word too many' iot-jwt decode a b
expect_ok iot-jwt --help
expect_ok iot-jwt verify --help
expect_ok iot-jwt --version

# Nothing half done: what cannot be written has failed.
full()
{
    iot-jwt --key ec.pem --audience p1 >/dev/full
}
expect_fail 1 'cannot write' full
