#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nginx as Debian ships it, told of the provider by OPENSSL_CONF alone, serves
# TLS 1.2 and 1.3 with a TPM key file, or one that refers to a persistent key, in
# ssl_certificate_key: read in the master, used by four workers whose environment
# is empty, for eight clients at once, over a reload of the configuration and a
# reset of the TPM; with `default` first and last.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/nginx.sh"
web_key rsa -algorithm RSA -pkeyopt bits:2048

for turn in 'rsa default tpm2' 'reference tpm2 default' 'ec tpm2 default'; do
    KIND=${turn%% *}
    # shellcheck disable=SC2086 # two words are meant
    providers ${turn#* }
    web_serve "${NGINX[@]}"
    web_many 1.2
    web_many 1.3
    test "$KIND" != ec || break
    stop_pid "$SERVER"
    expect tpm_is_clean
done
# The master reads the key anew; whoever answers, the page comes.
kill -HUP "$SERVER"
web_many 1.3
tpm_restart --crash
web_many 1.3
expect tpm_is_clean
expect_not grep -q 'exited on signal' "$T/server.log"

# The controls: who trusts another CA gets nothing, and without the provider
# nginx cannot read the key, and says so.
expect web_get
expect_not web_get --cacert "$T/ca/server.crt" 2>"$T/err"
stop_pid "$SERVER"
expect tpm_is_clean
providers
expect_error 'cannot load certificate key' "${NGINX[@]}" -t
