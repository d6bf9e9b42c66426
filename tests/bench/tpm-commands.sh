#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How many commands the TPM gets from a process that has just started: ours,
# and tpm2-openssl's where it is installed and can do it at all ("-" if not).
#
#     tests/bench/tpm-commands.sh
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm_direct tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm_direct tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" 0x81000001 >/dev/null
tpm_direct tpm2_flushcontext -t
relay_start
providers default tpm2
ours=$OPENSSL_MODULES
genpkey=(openssl genpkey -propquery provider=tpm2 -algorithm EC
    -pkeyopt group:P-256)
"${genpkey[@]}" -out "$T/owner.pem"
"${genpkey[@]}" -pkeyopt parent:0x81000001 -out "$T/child.pem"
"${genpkey[@]}" -pkeyopt user-auth:secret -out "$T/secret.pem"
request=(openssl req -new -subj /CN=d -out "$T/csr" -key)

# sent MODULES CMD…: how many commands it sends, or "-" when it fails.
sent()
{
    local modules=$1
    shift
    relay_reset
    if OPENSSL_MODULES=$modules "$@" >"$T/out" 2>&1 </dev/null; then
        relay_count
    else
        echo -
    fi
}

# row NAME CMD…: a line of the table.
row()
{
    local name=$1 a b=-
    shift
    a=$(sent "$ours" "$@")
    expect test "$a" != -
    # with the query that tpm2-openssl needs to be asked at all
    test ! -e "$PEER_MODULES/tpm2.so" || b=$(OPENSSL_CONF=$T/peer.cnf \
        sent "$PEER_MODULES" "$@")
    printf '%-48s %6s %14s\n' "$name" "$a" "$b"
}

sed 's/^providers = providers$/&\nalg_section = algorithms/' \
    "$OPENSSL_CONF" >"$T/peer.cnf"
printf '[algorithms]\ndefault_properties = ?provider=tpm2\n' >>"$T/peer.cnf"

printf '%-48s %6s %14s\n' 'TPM commands' ours tpm2-openssl
row 'openssl list -providers' openssl list -providers
row 'openssl pkey -pubout, key file' \
    openssl pkey -in "$T/owner.pem" -pubout
row 'openssl genpkey, owner hierarchy' "${genpkey[@]}" -out "$T/new.pem"
row 'openssl genpkey, persistent parent' \
    "${genpkey[@]}" -pkeyopt parent:0x81000001 -out "$T/new.pem"
row 'openssl req, persistent handle' "${request[@]}" handle:0x81000010
row 'openssl req, key file, persistent parent' "${request[@]}" "$T/child.pem"
row 'openssl req, key file, owner hierarchy' "${request[@]}" "$T/owner.pem"
row 'openssl req, key file with password, owner' \
    "${request[@]}" "$T/secret.pem" -passin pass:secret
if command -v iot-jwt >/dev/null; then
    row 'iot-jwt, persistent handle' \
        iot-jwt --key handle:0x81000010 --audience p
    row 'iot-jwt, key file, persistent parent' \
        iot-jwt --key "$T/child.pem" --audience p
fi
