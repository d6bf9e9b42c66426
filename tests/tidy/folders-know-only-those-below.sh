#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the folders of apps/ may include of each other, and which of them alone
# may name a library: so there are no cycles, and what stands behind a header
# stays there.  Of the programs, each may include any folder, and no folder one
# of them.
. "$(dirname "$0")/tidy.sh"

declare -A knows=(
    [base]=''
    [libiotjwt]=''
    [doctor]='base'
    [keys]='base'
    [http]='base'
    [mqtt]='base libiotjwt'
    [store]='base'
    [registry]='base libiotjwt store'
    [traffic]='base store'
    [gate]='base libiotjwt registry'
    [service]='base gate registry'
    [bridge]='base gate registry service traffic'
    [httpbridge]='base gate http libiotjwt registry service traffic'
    [verbs]='base registry traffic'
)
declare -A named_by=(
    [sqlite3]='store'
    [event2]='http'
    [tss2]=''
    [mosquitto]='bridge mqtt iot-mqtt-bridge.c'
)

# each_include PATTERN: "FOLDER|FILE NAME" of what apps/ includes.
each_include()
{
    grep -rHoE "^#include $1" apps --include='*.[ch]' |
        sed -E 's|^apps/([^/:]*)[^:]*:#include .([a-z0-9]*).*|\1 \2|' |
        sort -u
}

for folder in apps/*/; do
    folder=$(basename "$folder")
    test -n "${knows[$folder]+there}" || complain "apps/$folder stands in no row"
done
while read -r folder other; do
    case $folder in *.c) continue ;; esac
    LOOKED=$((LOOKED + 1))
    case " ${knows[$folder]:-} " in
    *" $other "*) ;;
    *) complain "apps/$folder includes apps/$other" ;;
    esac
done < <(each_include '"[a-z0-9]*/')
while read -r folder library; do
    test -n "${named_by[$library]+there}" || continue
    LOOKED=$((LOOKED + 1))
    case " ${named_by[$library]} " in
    *" $folder "*) ;;
    *) complain "apps/$folder includes <$library>" ;;
    esac
done < <(each_include '<[a-z0-9]*')

conclude
