# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of this folder source: which files there are, and a count of
# what was looked at, because a check of nothing shows nothing.
set -eu
cd "${SOURCE_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${BUILD_ROOT:=$SOURCE_ROOT/build}"
LOOKED=0
FOUND=0

# need PROGRAM: skip unless it is installed.
need()
{
    command -v "$1" >/dev/null || {
        echo "skipped: $1 is not installed"
        exit 77
    }
}

# sources NAME…: the files of these name patterns; a tree without .git has them
# too.
sources()
{
    local patterns=(-false) name
    for name in "$@"; do patterns+=(-o -name "$name"); done
    find apps provider tests scripts conf .ci -type f \( "${patterns[@]}" \) |
        sort
}

# scripts: every file that starts as a shell script, or is sourced by one.
scripts()
{
    find apps provider tests scripts .ci -type f |
        xargs awk 'FNR == 1 { if (/^#!.*sh$/ || FILENAME ~ /\.sh$/)
            print FILENAME; nextfile }' | sort
}

# complain TEXT: the test fails, when all has been looked at.
complain()
{
    FOUND=$((FOUND + 1))
    printf '%s\n' "$*" >&2
}

# conclude: the verdict.
conclude()
{
    echo "looked at $LOOKED, found $FOUND"
    test "$FOUND" = 0 && test "$LOOKED" -gt 0
}
