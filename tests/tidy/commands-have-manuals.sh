#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside each program stands its manual page, which names every option of its
# --help, and none that the program does not know.
. "$(dirname "$0")/tidy.sh"

need mandoc

# words: the long options in a text, one a line, without the dashes.
words()
{
    grep -oE '(^|[^-a-z0-9])--[a-z][a-z0-9-]*' | sed 's/.*--//' | sort -u
}

# compare PROGRAM PAGE: what --help names is told; what is told is among the
# program's strings, of which one may be the end of another.
compare()
{
    local told word
    told=$(mandoc -T ascii "$2" | sed "s/.$(printf '\b')//g" | words)
    for word in $("$1" --help | words); do
        grep -qx -- "$word" <<<"$told" || complain "$2 lacks --$word"
    done
    for word in $told; do
        strings -n 2 "$1" | grep -q -- "$word\$" ||
            complain "$1 does not know --$word, which $2 tells of"
    done
}

for source in apps/*.c; do
    LOOKED=$((LOOKED + 1))
    page=${source%.c}.1
    test -e "$page" || page=${source%.c}.8
    test -e "$page" || complain "$source has no manual page beside it"
    program=$BUILD_ROOT/${source%.c}
    if test -x "$program" && test -e "$page"; then
        compare "$program" "$page"
    fi
done

conclude
