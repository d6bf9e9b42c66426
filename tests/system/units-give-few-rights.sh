#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd understands each unit that we install, and finds hardly anything that
# the process could do beyond its work (0 is nothing, 100 everything).
. "$(dirname "$0")/../fixture/lib.sh"
need systemd-analyze /usr/sbin/mosquitto
MOST=20

# What we have to execute is elsewhere than where it will be installed.
understood()
{
    sed "s|^ExecStart=[^ ]*/iot-|ExecStart=$BUILD_ROOT/apps/iot-|" "$1" \
        >"$T/$(basename "$1")"
    expect_ok systemd-analyze verify --man=no --recursive-errors=no \
        "$T/$(basename "$1")"
    expect test ! -s "$T/err"
}

for unit in "$BUILD_ROOT"/conf/*.service; do
    understood "$unit"
    expect_ok systemd-analyze security --offline=yes --threshold=$MOST \
        --no-pager "$unit"
    tail -1 "$T/out"
    expect grep -qx 'NoNewPrivileges=yes' "$unit"
done

# The same with one right more than that is found.
sed '/^ProtectSystem\|^PrivateUsers\|^SystemCall\|^Capab/d' "$unit" \
    >"$T/open.service"
expect_not systemd-analyze security --offline=yes --threshold=$MOST \
    --no-pager "$T/open.service" >"$T/out"
