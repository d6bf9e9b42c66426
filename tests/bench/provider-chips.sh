#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same as provider-time.sh shows of swtpm, with Sign as slow as six real
# chips are at the median (tests/data/tpm-latency.csv): milliseconds of a
# signature through EVP, beside the same command by SAPI alone, in turns.
#
#     tests/bench/provider-chips.sh [TURNS]
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/bench/sign-time
data=$SOURCE_ROOT/tests/data/tpm-latency.csv
test -x "$program" || skip 'tests/bench/sign-time is not built'
turns=${1:-9}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
relay_start
providers default tpm2
printf '%-24s %10s %10s %10s %8s\n' "P-256, $turns turns" 'chip, ms' 'EVP, ms' \
    'SAPI, ms' ratio
for chip in AMD_fTPM_fw6 INTC_PTT_fw600 NTC_NPCT75x_fw7.2 \
    STM_ST33TPHF2X_fw1.x IFX_SLB9670_fw7.85 IFX_SLB9665_fw5.63; do
    ms=$(awk -F, -v chip="$chip" '$1 == chip && $3 == "Sign_P256_ECDSA" {
        printf "%.0f", $8}' "$data")
    test -n "$ms" || die "$data has no $chip"
    relay_script "delay Sign $ms always"
    "$program" turns 0x81000010 "$turns" >"$T/turns" || die fails
    awk -v chip="$chip" -v ms="$ms" '{wall[$1] = $2 / 1000} END {
        printf "%-24s %10d %10.2f %10.2f %7.3fx\n", chip, ms, wall["evp"],
            wall["raw"], wall["evp"] / wall["raw"]}' "$T/turns"
    expect test "$(wc -l <"$T/turns")" = 2
done
