#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `meson install` puts what was built where a prefix wants it, with DESTDIR or
# without; from there a key is made and used, with nothing of the build tree.
. "$(dirname "$0")/../fixture/lib.sh"
need meson ninja pkg-config gcc

cd "$T"
unset OPENSSL_MODULES
PATH=$(tr : '\n' <<<"$PATH" | grep -vxF "$BUILD_ROOT/apps" | paste -sd :)

expect_ok meson setup build "$SOURCE_ROOT" --prefix "$T/usr" -Dlibdir=lib \
    -Dtests=false
expect_ok meson install -C build
expect_ok env "DESTDIR=$T/stage" meson install -C build --no-rebuild
expect diff -r usr "stage$T/usr"
mv build gone

export OPENSSL_CONF=$T/usr/etc/iot-tpm/openssl.cnf
tpm_start --no-ek
expect_ok "usr/bin/iot-key" create --handle 0x81000010 --algorithm p256
expect_ok openssl req -provider tpm2 -new -key handle:0x81000010 \
    -subj /CN=device -out device.csr
expect_ok usr/bin/iot-jwt --key handle:0x81000010 --audience demo
for source in "$SOURCE_ROOT"/apps/*.c; do
    program=$(basename -s .c "$source")
    section=1 folder=bin
    test ! -e "${source%.c}.8" || section=8 folder=sbin
    if test "$program" = iot-mqtt-bridge; then
        expect test -s usr/lib/iot-tpm/iot_mqtt_bridge.so
    else
        expect_ok "usr/$folder/$program" --version
    fi
    expect test -s "usr/share/man/man$section/$program.$section"
done
for unit in http mqtt; do
    expect test -x "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' \
        usr/lib/systemd/system/iot-$unit-bridge.service)"
done
for file in root-ca.conf iot-ca.conf openssl.cnf mosquitto.conf; do
    expect test -s "usr/etc/iot-tpm/$file"
    expect_not grep -q '@[A-Z]' "usr/etc/iot-tpm/$file"
done

# The library is found by pkg-config, links, and runs.
cat >program.c <<'END'
#include <iotjwt.h>
#include <stdio.h>
int
main(void)
{
    return printf("%p\n", (void *)iotjwt_source_free) < 0;
}
END
export PKG_CONFIG_PATH=$T/usr/lib/pkgconfig
# shellcheck disable=SC2046 # words
expect_ok gcc program.c -o program $(pkg-config --cflags --libs iotjwt)
expect_ok env LD_LIBRARY_PATH="$T/usr/lib" ./program
