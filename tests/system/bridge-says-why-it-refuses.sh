#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whom the bridge admits and whom it refuses: the device learns a return code
# and no more, the log says exactly why.  Each refusal differs in one thing from
# somebody who was admitted.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

# admitted ARGUMENT…: the raw client gets in.
admitted()
{
    expect_ok raw --user unused "$@"
    expect grep -qx 'CONNACK 0' "$T/out"
}

# refused CODE WHY ARGUMENT…: it is refused with this code, and the log says why.
refused()
{
    local code=$1 why=$2
    shift 2
    log_mark
    expect_ok raw --user unused "$@"
    expect grep -qx "CONNACK $code" "$T/out"
    expect_logged " from 127.0.0.1: $why"
}

# closed TEXT ARGUMENT…: the broker hangs up without an answer, and logs TEXT.
closed()
{
    local text=$1
    shift
    log_mark
    expect_ok raw "$@"
    expect_not grep -q CONNACK "$T/out"
    expect grep -qx CLOSED "$T/out"
    test -z "$text" || expect_logged "$text"
}

site_make
device_make ec-1 ec
device_make rsa-1 rsa
key_make stranger rsa
key_make other-1 rsa
device_with none-1 "$REGISTRY"
device_with old-1 "$REGISTRY" \
    "path=$T/rsa-1.pub,type=rsa-pem,expiration-time=2020-01-01T00:00:00Z"
device_with many-1 "$REGISTRY" "path=$T/other-1.pub,type=rsa-pem" \
    "path=$T/ec-1.pub,type=es256-pem" "path=$T/rsa-1.pub,type=rsa-pem"
bridge_start

ec=$(path_of ec-1)
rsa=$(path_of rsa-1)
ec_token=$(token ec-1)
rsa_token=$(token rsa-1)
number=$(number_of ec-1)
expect test -n "$number"

# Who it is.
admitted --id "$ec" --password "$ec_token"
expect_logged "admitted $ec, number $number, from 127.0.0.1, for "
admitted --id "$rsa" --password "$rsa_token"
admitted --id "$(path_of "$number")" --password "$ec_token"
admitted --id "$(path_of many-1)" --password "$rsa_token"
admitted --id "$(path_of many-1)" --password "$ec_token"
refused 5 'there is no such device in the registry' \
    --id "$(path_of ec-2)" --password "$ec_token"
refused 5 'there is no such device in the registry' \
    --id "$(path_of EC-1)" --password "$ec_token"
refused 5 'there is no such device in the registry' \
    --id "$(path_of 17)" --password "$ec_token"
refused 5 'there is no such registry' \
    --id "$(path_of ec-1 reg-2)" --password "$ec_token"
refused 5 'there is no such registry' \
    --id "${ec/p-1/p-2}" --password "$ec_token"
refused 5 'there is no such registry' \
    --id "${ec/eu/us}" --password "$ec_token"

# Its key.
refused 5 'the token is signed by no key of the device: it has 1' \
    --id "$rsa" --password "$(token stranger)"
refused 5 'the token is signed by no key of the device: it has 3' \
    --id "$(path_of many-1)" --password "$(token stranger)"
refused 5 "no credential of the device is of the token's algorithm: its \
algorithm is ES256, the key is for RS256" --id "$rsa" --password "$ec_token"
refused 5 'the device has no credentials' \
    --id "$(path_of none-1)" --password "$rsa_token"
refused 5 'no credential of the device is unexpired' \
    --id "$(path_of old-1)" --password "$rsa_token"

# What the token says.
admitted --id "$rsa" --password "$(token_of rsa-1 "$(claims 0 3600)")"
refused 5 'the token is for somebody else: meant for the audience p-2, not p-1' \
    --id "$rsa" --password "$(token_of rsa-1 "$(claims 0 3600 p-2)")"
admitted --id "$rsa" --password "$(token_of rsa-1 "$(claims 500 3600)")"
refused 5 'the token is not valid yet: issued ' \
    --id "$rsa" --password "$(token_of rsa-1 "$(claims 700 3600)")"
admitted --id "$rsa" --password "$(token_of rsa-1 "$(claims -3600 -500)")"
refused 5 'the token is not valid any more: expired ' \
    --id "$rsa" --password "$(token_of rsa-1 "$(claims -3600 -700)")"
admitted --id "$rsa" --password "$(token_of rsa-1 "$(claims 0 86400)")"
refused 5 "the token's lifetime is not allowed: valid for 87001 s" \
    --id "$rsa" --password "$(token_of rsa-1 "$(claims 0 87001)")"
refused 5 'the token does not say enough: the claim aud is missing' \
    --id "$rsa" --password "$(token_of rsa-1 '{"iat":1,"exp":2}')"
refused 5 "no credential of the device is of the token's algorithm: its \
algorithm is none" --id "$rsa" --password \
    "$(token_of rsa-1 "$(claims 0 3600)" '{"alg":"none","typ":"JWT"}')"
refused 5 "no credential of the device is of the token's algorithm: its \
algorithm is HS256" --id "$rsa" --password \
    "$(token_of rsa-1 "$(claims 0 3600)" '{"alg":"HS256","typ":"JWT"}')"

# No token at all.  The original answered 4, which a plugin of mosquitto 2.0.11
# cannot.
refused 5 'the password cannot be accepted: not a token' \
    --id "$rsa" --password unused
refused 5 'the password cannot be accepted: a token of 60000 bytes is longer' \
    --id "$rsa" --password "$(printf 'e%.0s' {1..60000})"
refused 5 'there is no password' --id "$rsa" --password ''
refused 5 'there is no password' --id "$rsa"

# What real clients send, section 1.7 of the reference.
now=$(date +%s)
strings="{\"aud\":\"p-1\",\"iat\":\"$now\",\"exp\":\"$((now + 60))\"}"
admitted --id "$rsa" --password "$(token_of rsa-1 "$strings")"
expect_ok raw --id "$ec" --user '' --password "$ec_token"
expect grep -qx 'CONNACK 0' "$T/out"
admitted --id "$ec" --password "$ec_token=="
# The other alphabet; and padding and it in all that is signed, which is more
# than 3 bytes from a multiple of 3.
admitted --id "$rsa" --password "${rsa_token%.*}.$(printf %s \
    "${rsa_token##*.}" | tr -- '-_' '+/')=="
padded=$(printf '{"alg":"RS256","typ":"JWT"} ' | openssl_plain base64 -A)
padded+=.$(printf '{"aud":"p-1","iat":%d,"exp":%d,"x":"?~?~>>"}  ' "$now" \
    $((now + 60)) | openssl_plain base64 -A)
expect grep -q '=\..*[+/].*=$' <<<"$padded"
admitted --id "$rsa" --password "$padded.$(printf %s "$padded" |
    openssl_plain dgst -sha256 -sign "$T/rsa-1.key" | openssl_plain base64 -A)"
# SUBSCRIBE and PUBLISH in one piece with CONNECT, before there is an answer.
packet()
{
    printf '%s%02x%s' "$1" $((${#2} / 2)) "$2"
}
text()
{
    printf '%04x%s' ${#1} "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')"
}
expect_ok raw --eager --id "$ec" --user '' --password "$ec_token" hex \
    "$(packet 82 "0001$(text /devices/ec-1/config)01")$(packet 32 \
        "$(text /devices/ec-1/events)000268656c6c6f")" wait 1
expect test "$(head -2 "$T/out" | tr '\n' ' ')" = 'CONNACK 0 SUBACK 1 '
expect grep -qx PUBACK "$T/out"
expect grep -qx 'PUBLISH /devices/ec-1/config ' "$T/out"
# This one is forbidden by MQTT 3.1.1, and mosquitto never asks the plugin.
closed 'password without username' --id "$ec" --password "$ec_token"

# Client ids that are no path.
refused 5 'the client id is no path of a device' \
    --id "$(path_of ..)" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "$ec/../ec-1" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "$(path_of '+')" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "$(path_of '#')" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "$ec/" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "/$ec" --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id iotpull --password "$ec_token"
refused 5 'the client id is no path of a device' \
    --id "$(path_of "$(printf 'e%.0s' {1..60000})")" --password "$ec_token"
closed '' --id "$ec\\0" --user unused --password "$ec_token"
expect_ok raw --id '' --user unused --password "$ec_token"
expect grep -qx 'CONNACK 2' "$T/out"

# Only MQTT 3.1.1.
refused 5 'it does not speak MQTT 3.1.1' \
    --id "$ec" --password "$ec_token" --level 3
refused 135 'it does not speak MQTT 3.1.1' \
    --id "$ec" --password "$ec_token" --level 5
expect_logged ' device=ec-1 '

# What the operator switches off and on again, with no signal to the broker.
device update ec-1 --blocked
refused 5 'the device is blocked' --id "$ec" --password "$ec_token"
device update ec-1 --no-blocked
admitted --id "$ec" --password "$ec_token"
registry_do registries update "$REGISTRY" "${WHERE[@]}" --no-enable-mqtt-config
refused 5 'MQTT is disabled in the registry' --id "$ec" --password "$ec_token"
registry_do registries update "$REGISTRY" "${WHERE[@]}" --enable-mqtt-config
admitted --id "$ec" --password "$ec_token"

# The code as mosquitto_pub shows it; and no token was ever logged.
expect_ok publish ec-1 "$ec_token"
status=0
publish ec-1 unused 2>"$T/err" || status=$?
expect test "$status" = 5
expect grep -q 'not authorised' "$T/err"
expect_not grep -qF "${ec_token##*.}" "$BROKER_LOG"
bridge_stop
