#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# C looks as .clang-format says; every file names its licence on top, has no
# tab, no blank at a line's end, and ends in a newline.
. "$(dirname "$0")/tidy.sh"
need clang-format-14

# Thousands of lines, so files are looked at many at a time.
mapfile -t code < <(sources '*.c' '*.h')
mapfile -t told < <(sources meson.build packages '*.map' '*.conf' '*.in' \
    '*.acl' '*.py' '*.[1-8]' && scripts)
mapfile -t lines < <(sources '*.c' '*.h' '*.map' '*.[1-8]' '*.conf' '*.in' \
    meson.build && scripts)
LOOKED=$((${#code[@]} + ${#told[@]} + ${#lines[@]}))

# unlicensed LINES FILE…: those whose first LINES name no licence.
unlicensed()
{
    awk -v within="$1" '
        FNR == 1 { if (name && !found) print name; name = FILENAME; found = 0 }
        FNR <= within && /SPDX-License-Identifier: Apache-2.0/ { found = 1 }
        FNR > within { nextfile }
        END { if (name && !found) print name }' "${@:2}"
}

printf '%s\0' "${code[@]}" |
    xargs -0 -P 2 -n 20 clang-format-14 --dry-run -Werror ||
    complain "clang-format would change what stands above"
for file in $(unlicensed 1 "${code[@]}" && unlicensed 2 "${told[@]}"); do
    complain "$file: no SPDX line on top"
done
! grep -nH '[[:blank:]]$' "${lines[@]}" || complain "a blank at an end, above"
if test "$(tail -qc 1 "${lines[@]}" | wc -l)" != "${#lines[@]}"; then
    for file in "${lines[@]}"; do
        test -z "$(tail -c 1 "$file")" || complain "$file: no newline at the end"
    done
fi

conclude
