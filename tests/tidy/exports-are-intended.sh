#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A module exports its entry and nothing else, and libiotjwt exactly what its
# header declares.
. "$(dirname "$0")/tidy.sh"
need nm

# exported FILE: the names that it defines for others, one a line.
exported()
{
    nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' |
        sed 's/@.*//' | grep -v '^__\(asan\|odr_asan\|ubsan\)' | sort
}

# expect FILE NAMES: FILE exports these.
expect()
{
    local file=$BUILD_ROOT/$1
    LOOKED=$((LOOKED + 1))
    test -e "$file" || { complain "$1 has not been built" && return; }
    diff <(exported "$file") <(echo "$2") ||
        complain "$1 exports what it should not (<), or lacks (>)"
}

# What iotjwt.h declares: functions, whose name begins a line.
declared()
{
    grep -o '^iotjwt_[a-z0-9_]*' apps/libiotjwt/iotjwt.h | sort -u
}

expect provider/tpm2.so OSSL_provider_init
expect apps/libiotjwt/libiotjwt.so "$(declared)"
expect apps/iot_mqtt_bridge.so "$(printf 'mosquitto_plugin_%s\n' \
    cleanup init version)"

conclude
