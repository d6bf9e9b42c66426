#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Apache as Debian ships it serves TLS 1.2 and 1.3 with a TPM key file, or one
# that refers to a persistent key, in SSLCertificateKeyFile: four children forked
# in advance from a master that reads the key twice, eight clients at once; with
# `default` first and last.
. "$(dirname "$0")/../fixture/lib.sh"
PATH=$PATH:/usr/sbin
need apache2
modules=/usr/lib/apache2/modules
for module in mpm_prefork ssl authz_core dir; do
    test -e "$modules/mod_$module.so" || skip "Apache has no mod_$module"
done
wrap apache2
. "$(dirname "$0")/web.sh"
web_key ec
web_key rsa -algorithm RSA -pkeyopt bits:2048
web_reference reference 0x81000010

# Its children are somebody else, whom only the page concerns.
chmod 711 "$T"

web_configure()
{
    cat >"$T/apache.conf" <<-END
	LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so
	LoadModule authz_core_module $modules/mod_authz_core.so
	LoadModule dir_module $modules/mod_dir.so
	LoadModule ssl_module $modules/mod_ssl.so
	ServerRoot $T
	ServerName localhost
	DefaultRuntimeDir $T
	PidFile $T/apache.pid
	Mutex file:$T default
	ErrorLog $T/server.log
	Listen 127.0.0.1:$PORT
	User #65534
	Group #65534
	StartServers 4
	MinSpareServers 4
	MaxSpareServers 4
	DocumentRoot $T/www
	SSLSessionCache none
	SSLEngine on
	SSLProtocol -all +TLSv1.2 +TLSv1.3
	SSLCertificateFile $T/$KIND.crt
	SSLCertificateKeyFile $T/$KIND.pem
	END
}
# A session of its own, as it ends all of its process group, and that is ours.
apache=(setsid apache2 -D FOREGROUND -f "$T/apache.conf")

for turn in 'rsa default tpm2' 'reference tpm2 default' 'ec tpm2 default'; do
    KIND=${turn%% *}
    # shellcheck disable=SC2086 # two words are meant
    providers ${turn#* }
    web_serve "${apache[@]}"
    web_many 1.2
    web_many 1.3
    expect_not web_get --cacert "$T/ca/server.crt" 2>"$T/err"
    test "$KIND" != ec || break
    stop_pid "$SERVER"
done
tpm_restart --crash
web_many 1.3
expect tpm_is_clean
stop_pid "$SERVER"
expect_not grep -q 'exit signal' "$T/server.log"
expect tpm_is_clean

# The control: without the provider Apache cannot read the key.
providers
: >"$T/server.log"
status=0
timeout 20 "${apache[@]:1}" >"$T/out" 2>"$T/err" || status=$?
expect test "$status" = 1
expect grep -q 'SSLCertificateKeyFile\|private key' "$T/server.log" "$T/err"
