#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ThreadSanitizer finds nothing: threads that share a key or load their own,
# children forked before and after its first use and while a thread signs.
#
#     threads-race-nowhere.sh [THREADS SIGNATURES CHILDREN SIGNATURES]
. "$(dirname "$0")/../fixture/lib.sh"
need setarch
threads=${1:-12} each=${2:-8} children=${3:-2} theirs=${4:-5}
races=$BUILD_ROOT/tests/provider/races
test -x "$races/sign-in-threads" || skip 'not built, as with other sanitizers'

# watched PROGRAM ARGUMENT…: it succeeds, and there is no report. Without
# random addresses: GCC 12's ThreadSanitizer does not know those of new kernels.
watched()
{
    local program=$1
    shift
    # Children of a process with threads are to be watched as well.
    expect_ok env OPENSSL_MODULES="$races" \
        TSAN_OPTIONS=exitcode=66:die_after_fork=0 \
        setarch -R "$races/$program" "$@"
    expect_not grep -q 'ThreadSanitizer' "$T/err"
    expect tpm_is_clean
}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
key_file "$T/key.pem"
providers default tpm2
watched sign-in-threads handle:0x81000010 "$threads" "$each"
watched sign-in-children handle:0x81000010 "$children" "$theirs"
# A third of the threads have a connection of their own, as all children do, and
# this TPM has three slots and no resource manager: of a crowd that has to load
# its key some would be refused for want of room.
watched sign-in-threads "file:$T/key.pem" \
    "$((threads < 12 ? threads : 12))" "$each"
watched sign-in-children "file:$T/key.pem" \
    "$((children < 2 ? children : 2))" "$theirs"

# The control: the module that is used is one that reports.
expect grep -q __tsan_func_entry "$races/tpm2.so"
