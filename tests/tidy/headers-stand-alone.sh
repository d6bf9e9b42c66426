#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles by itself, and twice in a row.
. "$(dirname "$0")/tidy.sh"

modules=(libcrypto tss2-sys tss2-esys sqlite3 jansson libevent libcurl
    libmosquitto)
flags=(-std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra
    -Wundef -Werror -fsyntax-only)
for module in "${modules[@]}"; do
    # shellcheck disable=SC2207 # words
    flags+=($(pkg-config --cflags "$module" 2>/dev/null || true))
done

while read -r header; do
    LOOKED=$((LOOKED + 1))
    folder=$(dirname "$header")
    printf '#include "%s"\n#include "%s"\nextern int none;\n' \
        "$PWD/$header" "$PWD/$header" |
        gcc "${flags[@]}" -I "$folder" -I apps -I apps/libiotjwt -I provider \
            -x c - ||
        complain "$header"
done < <(sources '*.h')

conclude
