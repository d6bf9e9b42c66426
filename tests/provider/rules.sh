# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of what the relay does to signatures, many of them: four kinds of
# keys, and a program that signs by rules.
signer=$BUILD_ROOT/tests/provider/sign-by-rules
test -x "$signer" || die "no $signer"

# rules_start: a TPM with the keys in $KEYS: at a handle and in a file, each
# with and without a password; and a relay before it.
rules_start()
{
    tpm_start --no-ek
    tpm_key 0x81000010 ecc256
    tpm_key 0x81000011 ecc256 secret
    key_file "$T/key.pem"
    key_file "$T/password.pem" -algorithm EC -pkeyopt user-auth:secret
    KEYS=(handle:0x81000010 'handle:0x81000011?pass' "file:$T/key.pem"
        "file:$T/password.pem")
    relay_start
    providers default tpm2
}

# commands_of KEY: the commands of a signature, in order.
commands_of()
{
    relay_script
    relay_reset
    echo | expect_quietly "$signer" "$1" "$RELAY_SCRIPT"
    # The program has loaded the key once before, for its public half.
    awk '{names[NR] = $3} END {
        for (i = names[1] == "ReadPublic" ? 2 : 1; i <= NR; i++) print names[i]
    }' "$RELAY_LOG"
}

# expect_quietly CMD…: it exits with 0; $T/out has what it says.
expect_quietly()
{
    "$@" >"$T/out" 2>"$T/err" || claim_fails 'does not end well' "$@"
    SHOWN=$((SHOWN + 1))
    no_sanitizer_report "$@"
}

# sign_by_rules KEY [WARM]: a signature for each rule on stdin, after WARM without
# a rule; $T/out has what came of them. Whatever it is, it has a reason, told
# once, and no signature is wrong.
sign_by_rules()
{
    show "$signer" "$1" "$RELAY_SCRIPT" "${2:-0}"
    expect_quietly timeout 600 "$signer" "$1" "$RELAY_SCRIPT" "${2:-0}"
    expect_not grep -E '^(wrong|unexplained|again|crashed) ' "$T/out"
    relay_script
}
