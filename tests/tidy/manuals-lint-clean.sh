#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mandoc has nothing to say about the manual pages.
. "$(dirname "$0")/tidy.sh"
need mandoc

while read -r page; do
    LOOKED=$((LOOKED + 1))
    mandoc -T lint -W warning "$page" || complain "$page"
done < <(sources '*.[1-8]')

conclude
