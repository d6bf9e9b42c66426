#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pre-fork server behind tpm2-abrmd: nginx, whose master reads the key file and
# whose workers each connect by themselves, for eight clients at once, over a
# reload and a restart of the resource manager.
. "$(dirname "$0")/../fixture/lib.sh"
PATH=$PATH:/usr/sbin
need nginx
wrap nginx
. "$(dirname "$0")/web.sh"
. "$(dirname "$0")/manager.sh"
web_key ec
web_reference reference 0x81000010

web_configure()
{
    cat >"$T/nginx.conf" <<-END
	daemon off;
	env DBUS_SESSION_BUS_ADDRESS;
	worker_processes 4;
	user $(id -un) $(id -gn);
	pid $T/nginx.pid;
	error_log stderr;
	events { }
	http {
	    access_log off;
	    client_body_temp_path $T/tmp;
	    proxy_temp_path $T/tmp;
	    fastcgi_temp_path $T/tmp;
	    uwsgi_temp_path $T/tmp;
	    scgi_temp_path $T/tmp;
	    server {
	        listen 127.0.0.1:$PORT ssl reuseport;
	        ssl_certificate $T/$KIND.crt;
	        ssl_certificate_key $T/$KIND.pem;
	        ssl_protocols TLSv1.2 TLSv1.3;
	        ssl_session_cache off;
	        ssl_session_tickets off;
	        root $T/www;
	    }
	}
	END
}
nginx=(nginx -p "$T" -c "$T/nginx.conf" -e stderr)

manager_use
providers default tpm2
for KIND in reference ec; do
    web_serve "${nginx[@]}"
    web_many 1.2
    web_many 1.3
    test "$KIND" != ec || break
    stop_pid "$SERVER"
done
kill -HUP "$SERVER"
web_many 1.3
stop_pid "$MANAGER" KILL
manager_start
web_many 1.3
# The control: without the resource manager nobody gets a page.
stop_pid "$MANAGER"
expect_not web_get 2>"$T/err"
stop_pid "$SERVER"
expect tpm_is_clean
expect_not grep -q 'exited on signal' "$T/server.log"
