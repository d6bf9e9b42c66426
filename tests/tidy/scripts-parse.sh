#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bash understands every script, and who may be called can be.
. "$(dirname "$0")/tidy.sh"

while read -r script; do
    LOOKED=$((LOOKED + 1))
    bash -n "$script" || complain "$script"
done < <(scripts)

for script in scripts/* .ci/run; do
    head -1 "$script" | grep -q '^#!' || continue
    test -x "$script" || complain "$script cannot be executed"
done

conclude
