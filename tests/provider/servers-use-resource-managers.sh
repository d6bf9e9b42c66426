#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pre-fork server behind tpm2-abrmd: nginx, whose master reads the key file and
# whose workers each connect by themselves, for eight clients at once, over a
# reload and a restart of the resource manager.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/nginx.sh"
. "$(dirname "$0")/manager.sh"

NGINX_LINES='env DBUS_SESSION_BUS_ADDRESS;'
manager_use
providers default tpm2
for KIND in reference ec; do
    web_serve "${NGINX[@]}"
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
