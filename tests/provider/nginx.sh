# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of nginx as Debian ships it, after tests/fixture/lib.sh: four workers,
# with the key $KIND, and $NGINX_LINES in its configuration.  $NGINX runs it.
PATH=$PATH:/usr/sbin
need nginx
wrap nginx
. "$(dirname "$0")/web.sh"
web_key ec
web_reference reference 0x81000010

web_configure()
{
    cat >"$T/nginx.conf" <<-END
	daemon off;
	${NGINX_LINES:-}
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
NGINX=(nginx -p "$T" -c "$T/nginx.conf" -e stderr)
