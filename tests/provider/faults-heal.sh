#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What passes by itself is waited for, what is lost is made anew: a TPM that is
# busy, a connection cut at any command, a neighbour killed, a reset between two
# signatures.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/rules.sh"

rules_start
sign=(openssl dgst -sha256 -out "$T/sig" -sign)

for key in "${KEYS[@]}"; do
    commands=$(commands_of "$key" | wc -l)
    for ((at = 0; at < commands; at++)); do
        # RETRY, YIELDED, TESTING, NV_RATE: Part 2 §6.6.3
        for code in 0x922 0x908 0x90a 0x920; do
            echo "answer * $code 2 $at"
        done
        for when in before during after; do
            echo "cut * $when 1 $at"
        done
    done >"$T/rules"
    sign_by_rules "$key" <"$T/rules"
    expect_not grep -v '^signed ' "$T/out"
    expect test "$(wc -l <"$T/out")" = $((7 * commands))
    expect tpm_is_clean
done

# A neighbour is killed while the TPM signs for it: we are not held up.
relay_script 'delay Sign 900'
background "$T/neighbour.log" "${sign[@]}" handle:0x81000010 "$0"
sleep 0.5
stop_pid "$STARTED_PID" KILL
relay_script
expect_ok timeout 10 "${sign[@]}" handle:0x81000010 "$0"
expect tpm_is_clean

# A server that has its key open for long: the TPM is reset, is away, comes back.
openssl req -x509 -new -key "$T/key.pem" -subj /CN=localhost -out "$T/crt"
for ((try = 0; try < 20; try++)); do
    port=$(port_block)
    background "$T/server.log" openssl s_server -www -cert "$T/crt" \
        -key "$T/key.pem" -accept "127.0.0.1:$port"
    server=$STARTED_PID
    wait_listening "$server" "$port" && break
    stop_pid "$server"
done
connects()
{
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 20 openssl_plain s_client \
        -connect "127.0.0.1:$port" -ign_eof -verify_return_error \
        -CAfile "$T/crt" >"$T/out" 2>"$T/err" && grep -q '200 ok' "$T/out"
}
expect connects
tpm_restart
expect connects
tpm_restart --crash
expect connects
tpm_crash
expect_not connects
expect is_running "$server"
tpm_run tpm
expect connects
expect tpm_is_clean
