#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With no TPM named, the device that the kernel shares is taken before anybody
# is asked by D-Bus; and where there is none, one sentence says so, and no
# library of others says anything.
. "$(dirname "$0")/../fixture/lib.sh"
need python3 unshare

# own_dev CMD…: with $T/dev for /dev, which the machine's is not touched by.
own_dev()
{
    unshare -m bash -c 'mount --bind /dev/pts "$0/pts" &&
        mount --rbind "$0" /dev && exec "$@"' "$T/dev" "$@"
}

tpm_start --no-ek
key_file "$T/key.pem"
providers default tpm2
port=${TPM2OPENSSL_TCTI##*=}
unset TPM2OPENSSL_TCTI
sign=(openssl dgst -sha256 -sign "$T/key.pem" -out "$T/sig" "$0")

if test ! -e /dev/tpmrm0 && test ! -e /run/dbus/system_bus_socket; then
    expect_error 'a search of the usual places .*there is no /dev/tpmrm0' \
        "${sign[@]}"
    expect_not grep -qi 'critical\|dbus' "$T/err"
else
    leave_out 'a search in vain: this machine has a TPM or D-Bus'
fi

mkdir "$T/dev" "$T/dev/pts"
cp -a /dev/null /dev/zero /dev/random /dev/urandom "$T/dev"
if own_dev true 2>"$T/mount.err"; then
    background "$T/device.log" python3 \
        "$SOURCE_ROOT/tests/fixture/tpm-device.py" "$T/dev/tpmrm0" "$port"
    wait_until 10 test -L "$T/dev/tpmrm0" || die 'no device'
    expect_ok own_dev "${sign[@]}"
    expect_not test -s "$T/err"
else
    leave_out "a /dev of our own: $(cat "$T/mount.err")"
    expect_ok tpm_is_clean
fi
