#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# C looks as .clang-format says; every file names its licence on top, has no
# tab, no blank at a line's end, and ends in a newline.
. "$(dirname "$0")/tidy.sh"
need clang-format-14

while read -r file; do
    LOOKED=$((LOOKED + 1))
    clang-format-14 --dry-run -Werror "$file" || complain "$file: clang-format"
    head -1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
        complain "$file: no SPDX line on top"
done < <(sources '*.c' '*.h')

while read -r file; do
    LOOKED=$((LOOKED + 1))
    head -2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
        complain "$file: no SPDX line on top"
done < <(sources meson.build packages '*.map' '*.conf' '*.in' '*.acl' '*.py' \
    '*.[1-8]' && scripts)

while read -r file; do
    LOOKED=$((LOOKED + 1))
    ! grep -nH '[[:blank:]]$' "$file" || complain "$file: blank at an end"
    test -z "$(tail -c 1 "$file")" || complain "$file: no newline at the end"
done < <(sources '*.c' '*.h' '*.map' '*.[1-8]' '*.conf' '*.in' meson.build &&
    scripts)

conclude
