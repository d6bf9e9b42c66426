#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The program in the comment of iotjwt.h compiles as the comment says, with
# what pkg-config knows of the library, and prints a token.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

header=$SOURCE_ROOT/apps/libiotjwt/iotjwt.h
sed -n '/^ \*     #include/,/^ \*     }$/p' "$header" | sed 's/^ \* \{0,5\}//' \
    >"$dir/example.c"
test "$(wc -l <"$dir/example.c")" -gt 20

# As in the comment's last line, with the library that was not installed yet.
command=$(sed -n 's/^ \*     cc example.c/cc example.c/p' "$header")
test -n "$command"
export PKG_CONFIG_PATH=$BUILD_ROOT/meson-uninstalled
export LD_LIBRARY_PATH=$BUILD_ROOT/apps/libiotjwt
# run: what was compiled, beside a library that may be a sanitizer's.
run()
{
    LD_PRELOAD=${TEST_PRELOAD:-} ./a.out
}
cd "$dir"
eval "$command -std=c11 -Wall -Wextra -Werror"
run >token
grep -Eqx '[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}' token

# And as C++, for who must.
printf '#include <iotjwt.h>\nint main() { iotjwt_free(NULL); }\n' >other.cc
if command -v c++ >/dev/null; then
    eval "c++ other.cc $(pkg-config --cflags --libs iotjwt libcrypto)"
    run
fi
