#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Through tpm2-abrmd on a bus of its own: several processes sign at once with
# key files, passwords and handles; the
# resource manager is killed and started again between and during commands, and
# the next signature succeeds; and afterwards nothing is in the TPM.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/manager.sh"
sign=$BUILD_ROOT/tests/provider/sign-and-let-go
children=$BUILD_ROOT/tests/provider/sign-in-children
threads=$BUILD_ROOT/tests/provider/sign-in-threads
for program in "$sign" "$children" "$threads"; do
    test -x "$program" || die "no $program"
done
PARENT=0x81000001

# at_once CMD… + CMD…: all of them succeed, run at the same time.
at_once()
{
    local ids=() words=() id
    for word in "$@" +; do
        if test "$word" != +; then
            words+=("$word")
            continue
        fi
        show "${words[@]}"
        timeout 60 "${words[@]}" >>"$T/out" 2>&1 &
        ids+=($!)
        words=()
    done
    for id in "${ids[@]}"; do
        expect wait "$id"
    done
}

tpm_start --no-ek
tpm_direct tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm_direct tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" "$PARENT" >/dev/null
tpm_direct tpm2_flushcontext -t
tpm_key 0x81000010 ecc256
relay_start
manager_use
providers default tpm2

key_file "$T/owner.pem"
key_file "$T/child.pem" -algorithm RSA -pkeyopt "parent:$PARENT"
key_file "$T/secret.pem" -algorithm EC -pkeyopt "parent:$PARENT" \
    -pkeyopt user-auth:secret
at_once "$sign" "file:$T/owner.pem" 8 - + "$sign" "file:$T/child.pem" 8 - + \
    "$sign" "file:$T/secret.pem" 8 - secret + "$sign" handle:0x81000010 8 - + \
    "$threads" "file:$T/owner.pem" 4 4
# A child of a process that has signed cannot, and is told at once: it is GLib's,
# which tpm2-abrmd is spoken to with, and not ours to mend.
expect_error 'its child cannot (GLib): use /dev/tpmrm0' \
    "$children" "file:$T/owner.pem" 1 1

# One process, three keys in turn: one is kept and the others make way.
expect_ok openssl req -x509 -new -subj /CN=d -key "$T/owner.pem" \
    -out "$T/crt"
expect_ok openssl cms -sign -in "$0" -signer "$T/crt" -inkey "$T/owner.pem" \
    -out "$T/cms"

# signer_start N: a process that signs N times, more slowly than usual.
signer_start()
{
    relay_script 'delay Sign 40 always'
    relay_reset
    background "$T/signer.log" timeout 60 "$sign" "file:$T/owner.pem" "$1" -
    SIGNER=$STARTED_PID
    wait_until 10 grep -q Sign "$RELAY_LOG" || die 'signs nothing'
}

for signal in TERM KILL; do
    signer_start 20
    stop_pid "$MANAGER" "$signal"
    manager_start
    expect wait "$SIGNER"
done
# The TPM is reset under a resource manager that goes with it.
signer_start 20
stop_pid "$MANAGER"
tpm_restart --crash
manager_start
expect wait "$SIGNER"
relay_script
# The control: without one it fails, and says so.
stop_pid "$MANAGER"
expect tpm_is_clean
expect_error 'no TPM answers at tabrmd:bus_type=session' \
    openssl dgst -sha256 -sign "$T/owner.pem" "$0"
