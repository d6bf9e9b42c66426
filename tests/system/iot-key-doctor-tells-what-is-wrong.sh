#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-key doctor calls a good machine good, and names what is wrong with others:
# no TPM, a TPM that is locked or full, an odd parent, keys in clear, keys that
# can lock; it changes nothing.
. "$(dirname "$0")/../fixture/lib.sh"
command -v iot-key >/dev/null || skip 'iot-key is not built'
cd "$T"

# says STATE CHECK TEXT: such a line is in what the doctor said.
says()
{
    expect grep -q "^$1 *$2 .*$3" "$T/out"
}

# calls CODE ARG…: the doctor exits with CODE.
calls()
{
    local code=$1 status=0
    shift
    show iot-key doctor "$@"
    iot-key doctor "$@" >"$T/out" 2>"$T/err" || status=$?
    no_sanitizer_report iot-key doctor
    test "$status" = "$code" ||
        claim_fails "exit $status instead of $code" iot-key doctor "$@"
}

tpm_start --no-ek
tpm_direct tpm2_createprimary -Q -C o -G ecc -c parent.ctx
tpm_direct tpm2_evictcontrol -Q -C o -c parent.ctx 0x81000001 >/dev/null
tpm_direct tpm2_flushcontext -t
key_file good.pem
relay_start

# A good machine, with the module loaded by the configuration and without.
providers default tpm2
calls 0 --key good.pem
says ok provider 'iot-tpm.*openssl-default-tpm2.cnf'
says ok tpm answers
says ok lockout '0 of [1-9]'
says ok slots '[0-9] free'
says ok algorithms 'RSA.*ECDSA.*SHA256.*P-256'
says ok salt 'as long as the digest'
says ok parent '0x81000001: EC P-256, a storage key without noDA, as tpm2_cr'
says ok key 'good.pem: made in the TPM'
expect test "$(relay_count Sign)" = 1
expect tpm_is_clean
relay_reset
calls 0 --quick --key good.pem
says ok parent '0x81000001'
says ok key 'good.pem'
expect_not grep -q ' salt ' "$T/out"
expect test "$(relay_count Sign)$(relay_count Import)$(relay_count Load)" = 000
providers
TPM2OPENSSL_PARENT_AUTH=another calls 0
says note provider 'does not load it'
says ok salt 'as long as the digest'
expect tpm_is_clean

# Keys that are not what they are believed to be.
ca_key clear.pem
openssl_plain pkey -in clear.pem -aes128 -passout pass:x -out sealed.pem
tpm_key 0x81000010 ecc256
tpm_direct tpm2_create -Q -C 0x81000001 -G ecc256 -u pub -r priv -p secret -a \
    'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth'
tpm_direct tpm2_load -Q -C 0x81000001 -u pub -r priv -c lock.ctx
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_evictcontrol -Q -C o -c lock.ctx 0x81000011 >/dev/null
tpm_direct tpm2_flushcontext -t
calls 0 --key handle:0x81000010 --key handle:0x81000011
says ok key 'handle:0x81000010'
says note key 'handle:0x81000011: is not noDA'
calls 1 --key clear.pem --key sealed.pem --key good.pem --key none.pem
says WRONG key 'clear.pem: a software key in clear'
says WRONG key 'sealed.pem: a software key under a password'
says ok key good.pem
says WRONG key 'none.pem: cannot be opened'
calls 1 --key clear.pem --json
expect python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))
assert {"key": "wrong", "tpm": "ok"}.items() <= {
    row["check"]: row["state"] for row in rows}.items()' "$T/out"

# A module that the configuration looks for in the wrong place.
providers default tpm2
echo "module = $T/nowhere.so" >>"$OPENSSL_CONF"
calls 1
says WRONG provider "wants it from $T/nowhere.so, where it cannot be loaded"
providers

# A chip that makes no PSS, one that cannot be given a key.
relay_script 'answer Sign 0x2d2 always'
calls 0
says note salt 'the TPM makes no PSS signature: .*scheme'
relay_script 'answer Import 0x143 always'
calls 0
says note salt 'cannot be tried: .*does not have the command'
relay_script
expect tpm_is_clean

# A TPM that others have filled, and one that is locked.
for i in 1 2; do
    tpm_direct tpm2_createprimary -Q -C o -G ecc -c "full$i.ctx"
done
calls 1
says WRONG slots '1 free'
tpm_direct tpm2_createprimary -Q -C o -G ecc -c full3.ctx
calls 3
says WRONG tpm 'other programs have filled'
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_dictionarylockout -Q --setup-parameters --max-tries 2 \
    --recovery-time 1000 --lockout-recovery-time 0
for i in 1 2; do
    ! tpm_direct tpm2_sign -Q -c 0x81000011 -p wrong -o sig "$0" 2>"$T/err" ||
        die 'a wrong password is taken'
done
calls 1
says WRONG lockout 'locked after 2 of 2.*1000 seconds'

# Something at 0x81000001 that can be nobody's parent, and nothing.
tpm_direct tpm2_dictionarylockout -Q --clear-lockout
tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000001 >/dev/null
calls 0
says note parent nothing
tpm_direct tpm2_createprimary -Q -C o -G rsa2048 -c rsa.ctx -a \
'restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
tpm_direct tpm2_evictcontrol -Q -C o -c rsa.ctx 0x81000001 >/dev/null
tpm_direct tpm2_flushcontext -t
calls 0
says ok parent '0x81000001: RSA 2048, .*as Windows makes it'
tpm_direct tpm2_evictcontrol -Q -C o -c 0x81000001 >/dev/null
tpm_key 0x81000001 ecc256
calls 1
says WRONG parent 'not a storage key'

# No TPM, no module, and a command line that makes no sense.
tcti_set swtpm:host=127.0.0.1,port=1
calls 3
says WRONG tpm 'no TPM answers at swtpm'
expect_fail 2 frobnicate iot-key doctor --frobnicate
OPENSSL_MODULES=$T calls 3
says WRONG provider 'cannot be loaded'
