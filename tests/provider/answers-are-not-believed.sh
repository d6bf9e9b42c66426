#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a session no byte of an answer can be changed unnoticed: the signature is
# refused, or it is a good one of the right message. Nothing that a changed answer
# brought about is left in the TPM.
#
#     answers-are-not-believed.sh [STEP]
#
# changes each STEPth byte of each answer, 7 if nobody says otherwise, and each
# byte of the answer that has the signature.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/rules.sh"
step=${1:-7}

# flips KEY: a rule for each byte that is to be changed, as the commands and the
# sizes of their answers stand in the relay's log.
flips()
{
    commands_of "$1" >"$T/commands"
    awk -v step="$step" '
        match($0, /size=[0-9]+,[0-9]+/) {
            split(substr($0, RSTART, RLENGTH), sizes, ",")
            size[$3] = sizes[2]
        }
        END {
            for (name in size) {
                # The size that says that more comes takes a second.
                by = name == "Sign" ? 1 : step
                for (byte = name == "Sign" ? 0 : 6; byte < size[name]; byte += by)
                    print "flip", name, byte
            }
        }' "$RELAY_LOG"
}

rules_start
# An answer that says that more comes is waited for, for a second.
sed -i 's/^\[tpm2_provider\]/&\ntimeout = 1/' "$OPENSSL_CONF"
for key in "${KEYS[1]}" "${KEYS[3]}"; do
    flips "$key" >"$T/rules"
    expect grep -q '^flip StartAuthSession ' "$T/rules"
    sign_by_rules "$key" <"$T/rules"
    expect test "$(wc -l <"$T/out")" = "$(wc -l <"$T/rules")"
    awk -v key="$key" '{sum[$3 ": " $1]++} END {
        for (i in sum) print key, i, sum[i]
    }' "$T/out" | sort
    # Of the answer that counts, what is refused is refused for the right reason.
    expect grep -q '^refused flip Sign .*: somebody has changed the answer' \
        "$T/out"
    expect tpm_is_clean
done
# A key that is used again and again is taken from where it was saved.
for ((byte = 6; byte < 14; byte++)); do
    echo "flip ContextLoad $byte"
done >"$T/rules"
sign_by_rules "${KEYS[3]}" 2 <"$T/rules"
expect grep -q ' ContextLoad .*by=relay$' "$RELAY_LOG"
expect tpm_is_clean

# The control: with nobody in between the same command succeeds.
relay_script
expect_ok openssl dgst -sha256 -passin pass:secret -out "$T/sig" \
    -sign "${KEYS[1]}" "$0"
expect tpm_is_clean
