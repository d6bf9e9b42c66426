#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# After SIGHUP, and not before, devices are shown the certificate that is in the
# file then; one that cannot be used changes nothing.  Who is connected stays.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
device_make dev-1 ec
# certificate NAME: a key and a certificate that calls itself so.
certificate()
{
    openssl_plain req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$T/$1.key" -out "$T/$1.crt" -subj "/CN=$1" -days 2 2>/dev/null
}
# put NAME: where the broker looks.
put()
{
    cat "$T/$1.key" >"$T/ca/server.key"
    cat "$T/$1.crt" >"$T/ca/server-chain.crt"
}
# shown: who a server says it is that is asked now.
shown()
{
    openssl_plain s_client -connect "127.0.0.1:$DEVICE_PORT" </dev/null 2>/dev/null |
        sed -n 's/^subject=//p'
}
is_shown()
{
    test "$(shown)" = "$1"
}
reload()
{
    log_mark
    kill -HUP "$BROKER_PID"
    expect_logged 'Reloading config'
}

certificate first
certificate second
put first
bridge_start
background "$T/stays" raw --id "$(path_of dev-1)" --user '' \
    --password "$(token dev-1)" wait 100
expect wait_until 10 grep -qx 'CONNACK 0' "$T/stays"

put second
expect is_shown 'CN = first'
reload
expect wait_until 10 is_shown 'CN = second'
echo rubbish >"$T/ca/server-chain.crt"
reload
expect_logged 'Unable to load server certificate'
expect is_shown 'CN = second'
put first
reload
expect wait_until 10 is_shown 'CN = first'
expect_not grep -qx CLOSED "$T/stays"
bridge_stop
