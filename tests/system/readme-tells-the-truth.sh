#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every command of README.md is run, from its own text and in its order, in one
# shell and a copy of the sources; what it says comes out does come out.
#
# Blocks fenced as sh are run.  A block fenced as text after one shows lines of
# its output, each of which must be there; "..." stands for anything.
. "$(dirname "$0")/../fixture/lib.sh"
need meson ninja swtpm_setup mosquitto_sub

cd "$T"
unset OPENSSL_MODULES
PATH=$(tr : '\n' <<<"$PATH" | grep -vxF "$BUILD_ROOT/apps" | paste -sd :)
mkdir copy blocks
tar -C "$SOURCE_ROOT" --exclude='./build*' --exclude=./demo --exclude=./try \
    --exclude=./.git -c . | tar -C copy -x

awk '
    /^```sh$/ { kind = "sh"; n++; next }
    /^```text$/ { kind = "txt"; next }
    /^```/ { kind = ""; next }
    kind != "" { print > sprintf("blocks/%02d.%s", n, kind) }' \
    "$SOURCE_ROOT/README.md"
expect test -e blocks/05.sh

# One shell: what a block exports is there for the next.
for block in blocks/*.sh; do
    printf 'echo "block %s" >&3\n{\n' "$block"
    cat "$block"
    printf '} >%q 2>&1 </dev/null\n' "$T/${block%.sh}.out"
done >story.sh

stop_story()
{
    (cd "$T/copy" && scripts/bridge stop try/bridge && scripts/tpm stop try/tpm)
}
AT_END=stop_story

cd copy
if ! bash -eu ../story.sh 3>../reached; then
    last=$(sed -n '$s/^block //p' ../reached)
    cat "../$last" "../${last%.sh}.out" >&2
    die "fails in $last"
fi
cd ..

# shown LINE OUTPUT: the line is there, whatever "..." stands for.
shown()
{
    local pattern
    pattern=$(sed 's/[].[*^$\\]/\\&/g; s/\\\.\\\.\\\./.*/g' <<<"$1")
    grep -qx -- "$pattern" "$2"
}

for text in blocks/*.txt; do
    while IFS= read -r line; do
        expect shown "$line" "${text%.txt}.out"
    done <"$text"
done

# It leaves nothing running.
expect test -z "$(find copy/try -name '*.pid')"
