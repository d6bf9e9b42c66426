# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# tpm2-abrmd on a bus of the test's own, for tests that use the TPM through it.
# Sourced after tests/fixture/lib.sh.

PATH=$PATH:/usr/sbin:/sbin
need dbus-daemon dbus-send tpm2-abrmd ldconfig
ldconfig -p | grep -q libtss2-tcti-tabrmd ||
    skip 'libtss2-tcti-tabrmd is not installed'

# manager_is_there: it has its name on the bus.
manager_is_there()
{
    dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.NameHasOwner \
        string:com.intel.tss2.Tabrmd 2>/dev/null | grep -q true
}

# manager_start: before what MANAGER_TCTI leads to; its id is $MANAGER.
manager_start()
{
    background "$T/manager.log" "${FOREIGN[@]}" tpm2-abrmd --session \
        --allow-root --tcti="$MANAGER_TCTI"
    MANAGER=$STARTED_PID
    wait_until 10 manager_is_there || {
        cat "$T/manager.log" >&2
        die 'tpm2-abrmd does not start'
    }
}

# manager_use: a bus and a resource manager before the TPM that was used up to
# now, for whatever comes next.
manager_use()
{
    MANAGER_TCTI=$TPM2OPENSSL_TCTI
    background "$T/bus.log" dbus-daemon --session --nofork --nopidfile \
        --address="unix:path=$T/bus"
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$T/bus
    wait_until 10 test -S "$T/bus" || die 'no bus'
    manager_start
    tcti_set tabrmd:bus_type=session
}
