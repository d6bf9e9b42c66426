#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each response code at each command of a signature, with keys of all kinds: what
# passes is waited for, what was taken away is made anew, and a no is told once,
# with its reason; nothing is left behind. (TPM 2.0 Part 2 §6.6.)
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/rules.sh"

# The codes, as they come: with the number of a handle, a session, a parameter.
cat >"$T/codes" <<'END'
0x922 signed
0x908 signed
0x90a signed
0x920 signed
0x910 signed
0x911 signed
0x912 signed
0x918 signed
0x919 signed
0x91a signed
0x18b signed
0x28b signed
0x100 signed
0x101 signed
0x128 signed
0x902 signed
0x903 signed
0x904 signed
0x905 signed
0x906 signed
0x921 refused the TPM is locked after
0x98e refused the password is wrong, and the TPM has counted it
0x9a2 refused has a password, and none was given|the password is wrong
0x12f refused the key cannot be used with a password, only with its policy
0x99d refused the key's policy is not met
0x1a4 refused the key's policy allows another use of it
0x1df refused made under another parent or by another TPM
0x901 refused another program has kept a session for too long
0x14c refused the handle is taken
0x14b refused there is no room for another persistent key
0x923 refused the TPM's flash cannot be written now
0x185 refused the hierarchy is switched off
0x1a6 refused this TPM does not have that curve
0x1c4 refused this TPM does not take that value|does not take the salt
0x1c7 refused this TPM does not make keys of that size
0x1c3 refused this TPM does not have that hash
0x2d2 refused made for another signature scheme or hash
0x18a refused what stands there is of another kind
0x1dc refused the key is not made for this
0x182 refused the key's attributes do not allow this
0x1e0 refused restricted to data that the TPM has hashed itself
0x143 refused this TPM does not have the command
0x17e refused the TPM refused
END

# judge CODE OUTCOME [WORDS|OTHERS]: what came of this code is as it has to be.
judge()
{
    local left
    # Nobody can help what the TPM does not let us flush; and a salt that it
    # cannot read goes to another key, if there is one.
    left=$(grep " $1 " "$T/out" |
        grep -v "^signed answer FlushContext \|^signed answer StartAuth.* 0x1c4" |
        grep -vE "^$2 [^:]*${3:+: .*($3)}") || true
    test -z "$left" || die "$left"
    SHOWN=$((SHOWN + 1))
}

rules_start
for key in "${KEYS[@]}"; do
    commands=$(commands_of "$key" | sort -u)
    while read -r code _; do
        for command in $commands; do
            echo "answer $command $code 1"
        done
    done <"$T/codes" >"$T/rules"
    sign_by_rules "$key" <"$T/rules"
    # One line for each rule: all have been tried.
    expect test "$(wc -l <"$T/out")" = "$(wc -l <"$T/rules")"
    while read -r code outcome words; do
        judge "$code" "$outcome" "$words"
    done <"$T/codes"
    expect tpm_is_clean
    # A key that is used again and again is taken from where it was saved; when
    # that fails, from where it was loaded.
    grep -q Load <<<"$commands" || continue
    awk '{print "answer ContextLoad", $1, 1}' "$T/codes" >"$T/rules"
    sign_by_rules "$key" 2 <"$T/rules"
    expect_not grep -v '^signed ' "$T/out"
    expect grep -q ' ContextLoad .*by=relay$' "$RELAY_LOG"
    expect tpm_is_clean
    # The control, by hand: the exit code and the sentence of a program.
    relay_script 'answer Sign 0x182 1'
    expect_error 'tpm2:.*attributes do not allow this' openssl dgst -sha256 \
        -passin pass:secret -out "$T/sig" -sign "${key#file:}" "$0"
    expect_ok openssl dgst -sha256 -passin pass:secret -out "$T/sig" \
        -sign "${key#file:}" "$0"
done
