#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-jwt with keys in the TPM: by handle with at most two commands, from a
# key file and from a serialized handle; with our provider, with the peer's,
# with a configuration and without.  What the TPM refuses has an exit code of
# its own, and so has what never reached it.
. "$(dirname "$0")/../fixture/lib.sh"
need swtpm tpm2_create

cd "$T"
test -e "$OPENSSL_MODULES/tpm2.so" || die "no provider in $OPENSSL_MODULES"
tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
tpm_key 0x81000012 ecc256 secret
for handle in 10 11 12; do
    tpm_direct tpm2_readpublic -Q -c "0x810000$handle" -f pem \
        -o "$handle.pub" -t "$handle.obj" >/dev/null
done
tpm_direct tpm2_nvdefine -Q 0x01c00002 -s 8 -C o >/dev/null
relay_start

# verify PUBLIC ALGORITHM: the token that was just printed.
verify()
{
    cp out token
    expect_ok iot-jwt verify --public-key "$1" --algorithm "$2" \
        --audience p1 "$(cat token)"
}

# typed PASSWORD URI: mint without a terminal, so that the password is read.
cat >bin/typed <<'END'
#!/bin/sh
printf '%s\n' "$1" | setsid -w iot-jwt --key "$2" --audience p1
END
chmod 755 bin/typed

mint()
{
    iot-jwt --key "$1" --audience p1
}

# By handle: ReadPublic and Sign, and nothing is left behind.
relay_expect 2 mint handle:0x81000010
verify 10.pub RS256
for handle in 0x81000011 81000011 2164260881; do
    relay_expect 2 mint "handle:$handle"
    verify 11.pub ES256
done
expect tpm_is_clean

# Without a token of ours none of it is sent.
relay_expect 0 iot-jwt decode "$(cat token)"
relay_expect 0 iot-jwt --help
relay_reset
expect_fail 2 'is no handle' mint handle:8100001g
expect test "$(relay_count)" = 0

# From a file, and from a serialized handle.
providers default tpm2
expect_ok openssl genpkey -provider tpm2 -provider default \
    -propquery provider=tpm2 -algorithm EC -pkeyopt group:P-256 -out key.pem
expect_ok openssl pkey -in key.pem -pubout -out key.pub
providers
expect grep -q 'BEGIN TSS2 PRIVATE KEY' key.pem
expect_ok mint key.pem
verify key.pub ES256
expect_ok mint object:11.obj
verify 11.pub ES256
expect tpm_is_clean

# As OpenSSL's configuration says, when it says so.
OPENSSL_MODULES=/nonexistent expect_fail 1 'OPENSSL_MODULES may name' \
    mint key.pem
OPENSSL_CONF=$T/absent.cnf expect_fail 1 'No such file' mint key.pem
providers default tpm2
expect_ok mint key.pem
verify key.pub ES256
relay_expect 2 mint handle:0x81000010
providers tpm2 default
relay_expect 2 mint handle:0x81000010
verify 10.pub RS256
providers

# With a password, asked for; nobody else's is guessed.
expect_ok typed secret 'handle:0x81000012?pass'
verify 12.pub ES256
expect_error 'the password is wrong' typed wrong 'handle:0x81000012?pass'
expect_fail 3 'the password is wrong' mint handle:0x81000012

# What the TPM has no key for, or nothing at all.
expect_fail 3 'nothing at this handle' mint handle:0x81000019
expect_fail 3 'holds data' mint handle:0x01c00002
expect_fail 1 'cannot open absent.pem' mint absent.pem
expect_fail 1 'cannot open absent.obj' mint object:absent.obj
head -c 150 key.pem >cut.pem
expect_fail 1 'cut short' mint cut.pem
head -c 30 11.obj >cut.obj
expect_fail 1 'cut short' mint object:cut.obj
expect_ok mint key.pem

# With the peer's provider the programs work too.
if test -e "$PEER_MODULES/tpm2.so"; then
    export OPENSSL_MODULES=$PEER_MODULES
    expect_ok mint handle:0x81000010
    verify 10.pub RS256
    expect_ok mint handle:0x81000011
    verify 11.pub ES256
    expect_ok mint key.pem
    verify key.pub ES256
    expect_fail 3 'cannot use the key' mint handle:0x81000019
    export OPENSSL_MODULES=$BUILD_ROOT/provider
fi

# Another TPM, and none.
expect tpm_is_clean
tpm_start --no-ek other
expect_fail 3 'by another TPM' mint key.pem
tpm_stop other
expect_fail 3 'no TPM' mint handle:0x81000010
