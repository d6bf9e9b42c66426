#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No function is longer than 80 lines, and no file than 500.
. "$(dirname "$0")/tidy.sh"

while read -r file; do
    LOOKED=$((LOOKED + 1))
    lines=$(wc -l <"$file")
    test "$lines" -le 500 || complain "$file: $lines lines"
    long=$(awk '
        { named = before; before = $0 }
        /^\{/ { start = FNR; name = named }
        /^\}/ && start && FNR - start > 79 {
            print FILENAME ":" start ": " FNR - start + 1 " lines: " name }
        /^\}/ { start = 0 }' "$file")
    test -z "$long" || complain "$long"
done < <(sources '*.c' '*.h')

conclude
