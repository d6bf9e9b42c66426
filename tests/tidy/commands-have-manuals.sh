#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside each program stands its manual page, which names every option of its
# --help and of its verbs', and none that the program does not know.
. "$(dirname "$0")/tidy.sh"

need mandoc

# words: the long options in a text, one a line, without the dashes.
words()
{
    grep -oE '(^|[^-a-z0-9])--[a-z][a-z0-9-]*' | sed 's/.*--//' | sort -u
}

# verbs PROGRAM PAGE: what may be a verb, one a line: what --help lists, and
# the words that the page shows behind the program's name.
verbs()
{
    "$1" --help | sed -n 's/^  \([a-z ]*[a-z]\) *[A-Z].*/\1/p'
    sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Cm \([a-z]*\)$/\1/p' "$2"
}

# helps PROGRAM PAGE: all that it says when asked for help.
helps()
{
    local verb
    "$1" --help
    while read -r verb; do
        # shellcheck disable=SC2086 # words
        "$1" $verb --help || complain "$1 $verb has no --help"
    done < <(verbs "$1" "$2")
}

# compare PROGRAM PAGE: what --help names is told; what is told is among the
# program's strings, of which one may be the end of another.
compare()
{
    local told word
    told=$(mandoc -T ascii "$2" | sed "s/.$(printf '\b')//g" | words)
    helps "$1" "$2" >"$help"
    for word in $(words <"$help"); do
        grep -qx -- "$word" <<<"$told" || complain "$2 lacks --$word"
    done
    for word in $told; do
        strings -n 2 "$1" | grep -q -- "$word\$" ||
            complain "$1 does not know --$word, which $2 tells of"
    done
}

help=$(mktemp)
trap 'rm -f "$help"' EXIT
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
