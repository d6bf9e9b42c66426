#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-key takes a software key into the TPM, under any storage key, with or
# without passwords: the same key, wrapped on its way, with a warning, and said
# not to have been made there. What is no such key is refused in a sentence.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_readpublic

cd "$T"
tpm_start --no-ek
tpm_direct tpm2_createprimary -Q -C o -G rsa2048 -p parents -c parent.ctx
tpm_direct tpm2_evictcontrol -Q -C o -c parent.ctx 0x81000001 >/dev/null
tpm_direct tpm2_flushcontext -t
relay_start
signing=(openssl dgst -provider tpm2 -provider default -sha256 -out sig)

# software FILE KIND…: a key in the clear, and its public half.
software()
{
    local file=$1
    shift
    openssl_plain genpkey -quiet -algorithm "$@" -out "$file" 2>/dev/null
    openssl_plain pkey -in "$file" -pubout -out "$file.pub"
}

# is_same FILE: what was imported last, to key.pem, is the key of FILE, signs,
# and was seen by nobody on its way.
is_same()
{
    local secret
    expect grep -q 'imported into the TPM: who has a copy' err
    expect test "$(cat out)" = key.pem
    expect test "$(stat -c %a key.pem)" = 600
    secret=$(openssl_plain pkey -in "$1" -noout -text |
        sed -n '/^\(priv\|prime1\):/,/^[a-z]/{/^ /p;}' | tr -d ' :\n')
    expect test "${#secret}" -ge 64
    expect_not grep -q "${secret:2:40}" "$RELAY_DUMP"
    expect_ok iot-key show --key key.pem
    expect grep -q '^origin: imported' out
    expect_not grep -q '^attributes:.*\(sensitiveDataOrigin\|fixedTPM\)' out
    expect grep -q '^attributes:.*noDA' out
    expect_ok iot-key show --key key.pem --public
    expect cmp out "$1.pub"
    expect_ok "${signing[@]}" -sign key.pem "$0"
    expect_ok openssl_plain dgst -sha256 -verify "$1.pub" -signature sig "$0"
    expect tpm_is_clean
    rm key.pem
}

software rsa2048 RSA -pkeyopt rsa_keygen_bits:2048
software p256 EC -pkeyopt ec_paramgen_curve:P-256
software p384 EC -pkeyopt ec_paramgen_curve:P-384
software p521 EC -pkeyopt ec_paramgen_curve:P-521
for key in rsa2048 p256 p384 p521; do
    relay_reset
    expect_ok iot-key import --key "$key" --out key.pem
    expect test "$(relay_count Import)" = 1
    is_same "$key"
done

# DER, a compressed point; a password of the file, asked for.
openssl_plain pkey -in rsa2048 -outform DER -out rsa.der
expect_ok iot-key import --key rsa.der --out key.pem
is_same rsa2048
openssl_plain ec -in p256 -conv_form compressed -out short 2>/dev/null
expect_ok iot-key import --key short --out key.pem
is_same p256
openssl_plain pkey -in p256 -aes128 -passout pass:sesame -out sealed
# typed TEXT CMD…: with nobody at a terminal, OpenSSL reads standard input.
typed()
{
    printf %b "$1" >typed
    shift
    setsid -w "$@" <typed
}
typed 'sesame\n' iot-key import --key sealed --out key.pem >out 2>err ||
    claim_fails 'the password does not open it'
is_same p256
expect_error 'no private key can be read' setsid -w iot-key import \
    --key sealed --out none.pem

# Under a parent that is RSA and has a password; the key gets one of its own.
import=(iot-key import --key p256 --out key.pem --parent 0x81000001)
TPM2OPENSSL_PARENT_AUTH=parents expect_ok "${import[@]}"
TPM2OPENSSL_PARENT_AUTH=parents is_same p256
TPM2OPENSSL_PARENT_AUTH=wrong expect_fail 3 'password' "${import[@]}"
tpm_direct tpm2_dictionarylockout -Q --clear-lockout
relay_reset
TPM2OPENSSL_PARENT_AUTH=parents typed 'hush-hush\nhush-hush\n' \
    "${import[@]}" --password >out 2>err ||
    claim_fails 'a key with a password is not imported'
for password in hush-hush parents; do
    expect_not grep -q "$(printf %s "$password" | od -An -v -tx1 |
        tr -d ' \n')" "$RELAY_DUMP"
done
export TPM2OPENSSL_PARENT_AUTH=parents
expect_ok "${signing[@]}" -sign key.pem -passin pass:hush-hush "$0"
expect_ok openssl_plain dgst -sha256 -verify p256.pub -signature sig "$0"
expect_error 'tpm2:.*password' "${signing[@]}" -sign key.pem -passin pass:x "$0"
expect_ok openssl pkey -provider tpm2 -provider default -in key.pem -text \
    -passin pass:hush-hush -noout
expect_not grep -q noDA out
unset TPM2OPENSSL_PARENT_AUTH
tpm_direct tpm2_dictionarylockout -Q --clear-lockout
rm key.pem
if typed 'one\nother\n' "${import[@]}" --password >out 2>err; then
    claim_fails 'two passwords that differ are taken'
fi
expect grep -q 'no password was given' err

# At a handle, and by genpkey; doctor says what it is.
expect_ok iot-key import --key p256 --handle 0x81000010
expect grep -qx handle:0x81000010 out
expect_ok "${signing[@]}" -sign handle:0x81000010 "$0"
expect_ok openssl_plain dgst -sha256 -verify p256.pub -signature sig "$0"
iot-key doctor --key handle:0x81000010 >out && claim_fails 'a copy is fine'
expect grep -q '^WRONG *key .*: imported; it was outside of the TPM' out
expect_ok openssl genpkey -provider tpm2 -provider base -propquery \
    provider=tpm2 -algorithm EC -pkeyopt "import:p256" -out key.pem
echo key.pem >out
is_same p256

# The transport is spoilt: neither wrap opens, nothing is made.
for command in Import Load; do
    relay_script "flip $command 40 always"
    expect_fail 3 'cannot import' iot-key import --key p256 --out none.pem
done
relay_script
expect tpm_is_clean

# What cannot be imported.
software ed25519 ED25519
software secp160 EC -pkeyopt ec_paramgen_curve:secp160r1
software rsa1000 RSA -pkeyopt rsa_keygen_bits:1000
software rsa3 RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
software primes RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3
# A scalar that does not belong to the point.
openssl_plain pkey -in p256 -outform DER -out whole.der
python3 - <<'END'
der = bytearray(open('whole.der', 'rb').read())
at = der.index(b'\x02\x01\x01\x04\x20') + 5
der[at + 31] ^= 1
open('torn.der', 'wb').write(der)
END
# refused CODE TEXT FILE [OPTION…]
refused()
{
    local code=$1 text=$2 file=$3
    shift 3
    expect_fail "$code" "$text" iot-key import --key "$file" --out none.pem "$@"
    expect test ! -e none.pem
}
refused 1 'none that a TPM knows' ed25519
refused 1 'none that a TPM knows' secp160
refused 1 'none that a TPM knows' rsa3
refused 1 'lacks its two primes' primes
refused 3 'RSA with 2048 bits and P-256 are on every TPM' rsa1000
refused 1 'halves do not belong together' torn.der
refused 1 'no private key can be read' p256.pub
refused 1 'absent' absent
key_file key.pem
refused 1 'in a TPM already' key.pem
refused 3 'is taken' p256 --handle 0x81000010
refused 3 'nothing at this handle' p256 --parent 0x81000099
refused 3 'no storage key' p256 --parent 0x81000010
expect_fail 1 'never overwritten' iot-key import --key p256 --out key.pem
expect_fail 2 'are needed' iot-key import --key p256
genpkey=(openssl genpkey -provider tpm2 -provider base -propquery
    provider=tpm2 -out none.pem -algorithm)
expect_error 'is of the type EC, and another' "${genpkey[@]}" RSA \
    -pkeyopt import:p256
expect_error 'no file with a private key in PEM' "${genpkey[@]}" EC \
    -pkeyopt import:p256.pub
expect_error 'has a password, and it was not this one' setsid -w \
    "${genpkey[@]}" EC -pkeyopt import:sealed
expect tpm_is_clean
