#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-key makes keys that the TPM itself calls fixed to it, at a free handle or
# in a file, and overwrites neither; it never makes one in software.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_readpublic

cd "$T"
tpm_start --no-ek

# is_bound HANDLE: says the TPM, by another program.
is_bound()
{
    tpm_direct tpm2_readpublic -c "$1" >"$T/public" &&
        grep -q 'fixedtpm|fixedparent|sensitivedataorigin' "$T/public"
}

handle=0x81000010
for algorithm in rsa2048 rsa3072 p256 p384 p521; do
    expect_ok iot-key create --handle "$handle" --algorithm "$algorithm"
    expect grep -qx "handle:$handle" "$T/out"
    expect is_bound "$handle"
    expect grep -q noda "$T/public"
    expect_ok iot-key show --key "handle:$handle"
    expect grep -qx "algorithm: $algorithm" "$T/out"
    expect grep -qx "place: the TPM, at handle $handle" "$T/out"
    expect grep -q '^attributes: fixedTPM fixedParent sensitiveDataOrigin' \
        "$T/out"
    handle=$(printf '0x%08x' "$((handle + 1))")
done
expect tpm_is_clean

# What stands at a handle stays there.
tpm_direct tpm2_readpublic -Q -c 0x81000010 -n before
expect_fail 3 'taken' iot-key create --handle 0x81000010
tpm_direct tpm2_readpublic -Q -c 0x81000010 -n after
expect cmp before after

# A key file: for its owner only, and of a TPM.
expect_ok iot-key create --out device.pem --algorithm p256
expect test "$(stat -c %a device.pem)" = 600
expect test "$(head -1 device.pem)" = '-----BEGIN TSS2 PRIVATE KEY-----'
expect_ok iot-key show --key device.pem --public
cp "$T/out" ours
providers default tpm2
expect_ok openssl pkey -in device.pem -pubout
expect cmp ours "$T/out"
providers
cp device.pem kept
expect_fail 1 'never overwritten' iot-key create --out device.pem
expect cmp device.pem kept

# The same for programs.
# has JSON-MEMBER VALUE: of what was printed last.
has()
{
    python3 - "$T/out" "$1" "$2" <<'END'
import json, sys
value = json.load(open(sys.argv[1])).get(sys.argv[2])
sys.exit(json.dumps(value) != sys.argv[3])
END
}
expect_ok iot-key show --key handle:0x81000012 --json
expect has algorithm '"p256"'
expect has bits 256
expect has handle '"0x81000012"'
expect has tpm true
expect has attributes '["fixedTPM", "fixedParent", "sensitiveDataOrigin",'\
' "userWithAuth", "noDA", "decrypt", "sign"]'
expect_ok iot-key show --key device.pem --json
expect has handle null
expect has tpm true
expect_fail 2 'either --public or --json' iot-key show --key device.pem \
    --json --public

# A software key is called one.
openssl_plain genpkey -algorithm EC -pkeyopt group:P-256 -out soft.pem
expect_ok iot-key show --key soft.pem
expect grep -q '^attributes: none; a software key' "$T/out"
expect_ok iot-key show --key soft.pem --json
expect has tpm false
expect has attributes '[]'

# tpm2-openssl, under the same name, makes keys and does not say what of: its
# keys are no software keys, and none that a device should trust.
if test -e "$PEER_MODULES/tpm2.so"; then
    OPENSSL_MODULES=$PEER_MODULES expect_ok iot-key show --key handle:0x81000012
    expect grep -q '^attributes: unknown' "$T/out"
    OPENSSL_MODULES=$PEER_MODULES expect_fail 3 'does not say' \
        iot-key create --out other.pem
    expect test ! -e other.pem
fi

# Both: the file says where the key is, and signs as the handle does.
expect_ok iot-key create --handle 0x81000030 --out refers.pem
expect grep -qx -- '-----BEGIN TPM2 KEY REFERENCE-----' refers.pem
expect test "$(stat -c %a refers.pem)" = 600
expect_ok iot-key show --key refers.pem --public
cp "$T/out" refers.pub
expect_ok iot-key show --key handle:0x81000030 --public
expect cmp "$T/out" refers.pub

expect_fail 2 'could read the key back' iot-key create --out -
expect_fail 2 '--handle or --out is needed' iot-key create
expect_fail 2 'no such verb: crate' iot-key crate
expect_fail 2 'a verb is needed' iot-key
expect_fail 2 '--handle' iot-key create --handle 0x01800001
expect_fail 2 'unknown algorithm' iot-key create --out other.pem \
    --algorithm ed25519
expect_fail 1 'absent' iot-key create --out absent/other.pem
expect_fail 1 'absent' iot-key create --handle 0x81000031 --out absent/other.pem
expect_not is_bound 0x81000031
expect_fail 2 '--key is needed' iot-key show
expect_fail 1 'absent.pem' iot-key show --key absent.pem

# Neither without a TPM, nor without the provider, nor with another provider
# that could do it.
tcti_set swtpm:host=127.0.0.1,port=1
expect_fail 3 'cannot make a key' iot-key create --out other.pem
mkdir nothing
OPENSSL_MODULES=$T/nothing expect_fail 1 'provider tpm2' \
    iot-key create --out other.pem
expect test ! -e other.pem
