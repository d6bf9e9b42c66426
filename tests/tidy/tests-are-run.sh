#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A test that no meson.build names is never run: each one is named in its
# folder's.  What is sourced by others has no interpreter on top.
. "$(dirname "$0")/tidy.sh"

# named FOLDER WORD: as 'WORD', 'WORD.sh' or 'WORD.c'.
named()
{
    grep -qE "'$2(\\.sh|\\.c)?'" "tests/$1/meson.build"
}

for folder in unit provider system tidy bench; do
    for file in "tests/$folder"/*.sh "tests/$folder"/*.c; do
        test -e "$file" || continue
        case $file in
        *.sh) head -1 "$file" | grep -q '^#!' || continue ;;
        esac
        LOOKED=$((LOOKED + 1))
        name=$(basename "$file")
        named "$folder" "${name%.*}" || complain "$file is never run"
    done
done

conclude
