#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A certificate or a key that is not there, is none, has a password or does not
# fit the other: the HTTP bridge names the file and what is wrong with it, and
# ends before anybody could connect.  With good ones it serves.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
. "$(dirname "$0")/../fixture/http.sh"
need mosquitto_passwd curl

# serves_not TEXT CERTIFICATE KEY: it says why, in one line, and fails.
serves_not()
{
    expect_fail 1 "$1" iot-http-bridge --port 1 --database "$DATABASE" \
        --certfile "$2" --keyfile "$3"
}

site_make
device_make ec-1 ec
good=$T/ca/server-chain.crt
key=$T/ca/server.key
echo rubbish >"$T/rubbish"
: >"$T/empty"
openssl_plain genpkey -quiet -algorithm EC -pkeyopt group:P-256 \
    -out "$T/other.key"
openssl_plain genpkey -quiet -algorithm RSA -out "$T/rsa.key"
openssl_plain pkey -in "$key" -aes256 -passout pass:secret -out "$T/locked.key"
openssl_plain pkey -in "$key" -aes256 -passout pass:secret -traditional \
    -out "$T/locked-too.key"

serves_not "cannot use the key $T/none: No such file or directory" \
    "$good" "$T/none"
serves_not "cannot use the certificate $T/none: No such file or directory" \
    "$T/none" "$key"
for file in rubbish empty; do
    serves_not "cannot use the key $T/$file: there is none in it, as PEM" \
        "$good" "$T/$file"
    serves_not "cannot use the certificate $T/$file: there is none in it" \
        "$T/$file" "$key"
done
for locked in locked locked-too; do
    serves_not "cannot use the key $T/$locked.key: it has a password" \
        "$good" "$T/$locked.key"
done
serves_not "cannot use the key $good: there is none in it" "$good" "$good"
serves_not "cannot use the certificate $key: there is none" "$key" "$key"
for other in other rsa; do
    serves_not "the certificate $good is for another key than $T/$other.key" \
        "$good" "$T/$other.key"
done

http_start
expect_ok curl -sS --cacert "$T/ca/root.crt" "$(url_of ec-1 /config)"
expect grep -q UNAUTHENTICATED "$T/out"
http_stop
