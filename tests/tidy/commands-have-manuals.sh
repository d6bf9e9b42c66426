#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside each program stands its manual page, which names every option of its
# --help, and no option that --help does not know.
. "$(dirname "$0")/tidy.sh"

# options_of TEXT: the long options in it, one a line.
options_of()
{
    grep -oE '(^|[^-a-z0-9])--[a-z][a-z0-9-]*' | grep -oE -- '--.*' | sort -u
}

for source in apps/*.c; do
    test -e "$source" || continue
    LOOKED=$((LOOKED + 1))
    page=${source%.c}.1
    program=$BUILD_ROOT/${source%.c}
    test -e "$page" || test -e "${source%.c}.8" ||
        complain "$source has no manual page beside it"
    if test -x "$program" && test -e "$page"; then
        diff <("$program" --help | options_of) \
            <(mandoc -T utf8 "$page" | col -b | options_of) ||
            complain "$page: options missing (<), or too many (>)"
    fi
done

conclude
