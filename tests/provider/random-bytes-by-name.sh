#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random bytes come from the TPM where openssl.cnf says so, by the name
# TPM2-RAND or with `ctr-drbg = yes`, and encrypted; and nowhere else.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
relay_start

# with NAME: the configuration at hand, and this generator for everybody.
with()
{
    sed -e "s/^\[init\]/[init]\nrandom = random/" "$OPENSSL_CONF" >"$T/with.cnf"
    printf '[random]\nrandom = %s\n' "$1" >>"$T/with.cnf"
}

by_name()
{
    local size
    relay_reset
    expect_ok openssl rand -hex 32
    expect test "$(relay_count)" = 0
    with TPM2-RAND
    for size in 1 32 1000; do
        relay_reset
        OPENSSL_CONF=$T/with.cnf expect_ok openssl rand -out "$T/$size" "$size"
        expect test "$(wc -c <"$T/$size")" = "$size"
        expect test "$(relay_count GetRandom)" -ge $(((size + 63) / 64))
    done
    expect_not cmp "$T/1000" <(head -c 1000 /dev/zero)
    expect_not grep -qi "$(head -c 16 "$T/1000" | od -An -tx1 | tr -d ' \n')" \
        "$RELAY_DUMP"
    OPENSSL_CONF=$T/with.cnf expect_ok openssl rand -out "$T/again" 1000
    expect_not cmp "$T/1000" "$T/again"
}

# What draws random bytes while it uses a key: neither dead-locks nor re-enters.
keys()
{
    key_file "$T/key.pem"
    with TPM2-RAND
    OPENSSL_CONF=$T/with.cnf expect_ok openssl req -x509 -new \
        -key "$T/key.pem" -subj /CN=device -out "$T/crt"
    OPENSSL_CONF=$T/with.cnf expect_ok openssl genpkey -algorithm EC \
        -propquery provider=default -pkeyopt group:P-256 -out "$T/soft.pem"
}

each_order by_name
each_order keys
providers tpm2
relay_reset
expect_error . openssl rand -hex 32
expect test "$(relay_count)" = 0
sed 's/^\[tpm2_provider\]/&\nctr-drbg = yes/' "$OPENSSL_CONF" >"$T/with.cnf"
expect grep -q ctr-drbg "$T/with.cnf"
OPENSSL_CONF=$T/with.cnf expect_ok openssl rand -hex 32
expect test "$(relay_count GetRandom)" -ge 1

# Changed on its way, or no TPM: no bytes, rather than others.
providers default tpm2
with TPM2-RAND
relay_script 'flip GetRandom 30 always'
OPENSSL_CONF=$T/with.cnf expect_error . openssl rand -out "$T/none" 32
relay_script
OPENSSL_CONF=$T/with.cnf expect_ok openssl rand -out "$T/some" 32
tcti_set swtpm:host=127.0.0.1,port=1
OPENSSL_CONF=$T/with.cnf expect_error . openssl rand -out "$T/none" 32
expect test ! -s "$T/none"
expect tpm_is_clean
