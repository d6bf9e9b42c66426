#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the TPM is asked, command by command, is as little as it can be: a bound
# for each thing that people do, in a process that has just started and for each
# further signature in one.
#
#     tests/provider/commands-are-few.sh [peer]
#
# With "peer", as tests/bench/tpm-commands.sh calls it, what tpm2-openssl sends
# for the same stands beside ("-": it fails).
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"
need python3
sign=$BUILD_ROOT/tests/provider/sign-and-let-go
test -x "$sign" || die "no $sign"
has_peer=
test "${1:-}" != peer || test ! -e "$PEER_MODULES/tpm2.so" || has_peer=yes

tpm_start --no-ek
policy_parent
tpm_key 0x81000010 ecc256
tpm_key 0x81000012 ecc256 secret # of tpm2-tools: it may not decrypt
relay_start
relay_tcti=$TPM2OPENSSL_TCTI
providers default tpm2
ours=$OPENSSL_MODULES
# with the query that tpm2-openssl needs to be asked at all
sed 's/^providers = providers$/&\nalg_section = algorithms/' \
    "$OPENSSL_CONF" >"$T/peer.cnf"
printf '[algorithms]\ndefault_properties = ?provider=tpm2\n' >>"$T/peer.cnf"

genpkey=(openssl genpkey -propquery provider=tpm2 -algorithm EC
    -pkeyopt group:P-256)
key_file "$T/owner.pem"
key_file "$T/child.pem" -algorithm EC -pkeyopt "parent:$PARENT"
key_file "$T/owner-secret.pem" -algorithm EC -pkeyopt user-auth:secret
key_file "$T/child-secret.pem" -algorithm EC -pkeyopt user-auth:secret \
    -pkeyopt "parent:$PARENT"
expect_ok "${genpkey[@]}" -pkeyopt user-auth:secret \
    -pkeyopt handle:0x81000011 -out "$T/reference.pem"
request=(openssl req -new -subj /CN=d -out "$T/csr" -passin pass:secret -key)

# sent MODULES CMD…: how many commands it sends, or "-" when it fails.
sent()
{
    local modules=$1
    shift
    relay_reset
    if OPENSSL_MODULES=$modules timeout 60 "$@" >"$T/out" 2>"$T/err" \
        </dev/null; then
        relay_count
    else
        echo -
    fi
}

# further MODULES KEY [PASSWORD]: how many each further signature sends, once the
# process has settled.
further()
{
    local few many
    few=$(sent "$1" "$sign" "$2" 2 - "${@:3}")
    many=$(sent "$1" "$sign" "$2" 6 - "${@:3}")
    if test "$few" = - || test "$many" = -; then
        echo -
    else
        echo $(((many - few) / 4))
    fi
}

# row MOST TITLE HOW ARGUMENT…: a line of the table, by `sent` or `further`.
row()
{
    local most=$1 title=$2 how=$3 count peer=
    shift 3
    count=$("$how" "$ours" "$@")
    test -z "$has_peer" || peer=$(OPENSSL_CONF=$T/peer.cnf \
        "$how" "$PEER_MODULES" "$@")
    printf '%-58s %7s %6s %13s\n' "$title" "$most" "$count" "$peer"
    if test "$count" = - || test "$count" -gt "$most"; then
        cat "$T/err" "$RELAY_LOG" >&2
        die "$count commands instead of at most $most: $title"
    fi
    SHOWN=$((SHOWN + 1))
}

printf '%-58s %7s %6s %13s\n' 'TPM commands' 'at most' ours \
    "${has_peer:+tpm2-openssl}"
row 0 'load the provider: openssl list -providers' \
    sent openssl list -providers
row 0 'openssl pkey -pubout, key file' \
    sent openssl pkey -in "$T/owner.pem" -pubout
row 2 'openssl genpkey, persistent parent' \
    sent "${genpkey[@]}" -pkeyopt "parent:$PARENT" -out "$T/new.pem"
row 3 '  with a password' \
    sent "${genpkey[@]}" -pkeyopt "parent:$PARENT" -pkeyopt user-auth:secret \
    -out "$T/new.pem"
row 3 'openssl genpkey, owner hierarchy' \
    sent "${genpkey[@]}" -out "$T/new.pem"
row 2 'openssl req, persistent handle' \
    sent "${request[@]}" handle:0x81000010
row 3 '  with a password' \
    sent "${request[@]}" 'handle:0x81000011?pass'
row 5 '  with a password, of a key that may not decrypt' \
    sent "${request[@]}" 'handle:0x81000012?pass'
row 4 'openssl req, key file, persistent parent' \
    sent "${request[@]}" "$T/child.pem"
row 5 '  with a password' \
    sent "${request[@]}" "$T/child-secret.pem"
row 5 'openssl req, key file, owner hierarchy' \
    sent "${request[@]}" "$T/owner.pem"
row 6 '  with a password' \
    sent "${request[@]}" "$T/owner-secret.pem"
if command -v iot-jwt >/dev/null; then
    row 2 'iot-jwt, persistent handle' \
        sent iot-jwt --key handle:0x81000010 --audience p
    row 4 'iot-jwt, key file, persistent parent' \
        sent iot-jwt --key "$T/child.pem" --audience p
fi
row 1 'each further signature: persistent handle' \
    further handle:0x81000010
row 2 '  with a password' \
    further 'handle:0x81000011?pass' secret
row 4 '  with a password, of a key that may not decrypt' \
    further 'handle:0x81000012?pass' secret
row 3 'each further signature: key file, persistent parent' \
    further "file:$T/child.pem"
row 4 '  with a password' \
    further "file:$T/child-secret.pem" secret
row 3 'each further signature: key file, owner hierarchy' \
    further "file:$T/owner.pem"
row 4 '  with a password' \
    further "file:$T/owner-secret.pem" secret
expect tpm_is_clean

# A key that takes no salt itself leaves it to the pinned one.
tpm_direct tpm2_readpublic -Q -c "$PARENT" -n "$T/name"
cp "$OPENSSL_CONF" "$T/plain.cnf"
printf 'pin = %s:%s\n' "$PARENT" "$(hex "$T/name")" >>"$OPENSSL_CONF"
has_peer=
row 4 'openssl req, a password, may not decrypt, with `pin`' \
    sent "${request[@]}" 'handle:0x81000012?pass'
row 2 '  each further signature' \
    further 'handle:0x81000012?pass' secret
cp "$T/plain.cnf" "$OPENSSL_CONF"

# The same where a resource manager serves: a device by the name of one.
background "$T/device.log" python3 "$SOURCE_ROOT/tests/fixture/tpm-device.py" \
    "$T/tpmrm0" "${relay_tcti##*=}"
wait_until 10 test -e "$T/tpmrm0" || die 'no device'
tcti_set "device:$T/tpmrm0"
# not tpm2-openssl: it leaves keys loaded, and here nobody takes them away
for name in child owner; do
    row 1 "each further signature: $name.pem, resource manager" \
        further "file:$T/$name.pem"
    tpm_direct tpm2_flushcontext -t
    row 2 '  with a password' further "file:$T/$name-secret.pem" secret
    tpm_direct tpm2_flushcontext -t
done
