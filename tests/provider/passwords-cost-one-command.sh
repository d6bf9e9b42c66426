#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A password adds one command to what is sent without: StartAuthSession. In a
# cold process the parent of a key file has to be read as well, as the file does
# not have its public key, and a key that may not decrypt takes a primary.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/policy.sh"

password=secret
tpm_start --no-ek
policy_parent
relay_start

make_key()
{
    expect_ok openssl genpkey -provider tpm2 -provider base \
        -propquery '?provider=tpm2' -algorithm EC "$@"
}

make_key -pkeyopt handle:0x81000010 -out "$T/none"
make_key -pkeyopt handle:0x81000011 -pkeyopt "user-auth:$password" \
    -out "$T/none"
make_key -pkeyopt "parent:$PARENT" -out "$T/open.pem"
make_key -pkeyopt "parent:$PARENT" -pkeyopt "user-auth:$password" \
    -out "$T/password.pem"

request=(openssl req -provider tpm2 -provider default -new -subj /CN=d
    -out "$T/csr")
relay_expect 2 "${request[@]}" -key handle:0x81000010
relay_expect 3 "${request[@]}" -key 'handle:0x81000011?pass' \
    -passin "pass:$password"
expect_request "$T/csr"
relay_expect 3 "${request[@]}" -key "$T/open.pem"
relay_expect 5 "${request[@]}" -key "$T/password.pem" -passin "pass:$password"
expect_request "$T/csr"
expect test "$(relay_count StartAuthSession)" = 1

# To make one: nothing is left to be flushed.
relay_reset
make_key -pkeyopt "parent:$PARENT" -out "$T/key.pem"
open=$(relay_count)
relay_reset
make_key -pkeyopt "parent:$PARENT" -pkeyopt "user-auth:$password" \
    -out "$T/key.pem"
expect test "$(relay_count)" -le $((open + 2))
expect test "$(relay_count FlushContext)" = 0

expect tpm_is_clean
