#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What users of six real chips wait for: swtpm behind a relay that answers as
# late as the chip does at the median (tests/data/tpm-latency.csv; of Load there
# are no samples: four fifths of Create_HMAC and half of a signature is a guess).
# A signature through EVP beside the same command by SAPI alone, in turns, and
# `openssl req` with a key file by the provider and by tpm2-openssl, both under
# the owner's seed. Milliseconds.
#
#     tests/bench/provider-chips.sh [TURNS]
. "$(dirname "$0")/../fixture/lib.sh"
program=$BUILD_ROOT/tests/bench/sign-time
data=$SOURCE_ROOT/tests/data/tpm-latency.csv
test -x "$program" || skip 'tests/bench/sign-time is not built'
turns=${1:-9}

# latency CHIP OPERATION: its median, in whole milliseconds; fails without one.
latency()
{
    awk -F, -v chip="$1" -v op="$2" '$1 == chip && $3 == op {
        printf "%.0f\n", $8; found = 1} END {exit !found}' "$data"
}

# slow CHIP OPERATION: everything as slow as on this chip, Sign as OPERATION.
slow()
{
    local chip=$1 sign short create load
    sign=$(latency "$chip" "$2") && short=$(latency "$chip" GetRandom) &&
        create=$(latency "$chip" Create_P256) &&
        load=$(latency "$chip" Create_HMAC) || die "$data lacks $chip"
    load=$((load * 8 / 10 + sign / 2))
    relay_script "delay Sign $sign always" "delay Load $load always" \
        "delay CreatePrimary $create always" "delay * $short always"
}

# beside KEY: what EVP takes, and how much that is of SAPI.
beside()
{
    "$program" turns "$1" "$turns" >"$T/turns" || die fails
    awk '{wall[$1] = $2 / 1000} END {
        printf "%8.1f %7.3fx", wall["evp"], wall["evp"] / wall["raw"]}' \
        "$T/turns"
}

# waited MODULES CMD…: milliseconds until it is done, or "-" when it fails.
waited()
{
    local modules=$1 before=${EPOCHREALTIME/./}
    shift
    if OPENSSL_MODULES=$modules "$@" >"$T/out" 2>&1 </dev/null; then
        echo $(((${EPOCHREALTIME/./} - before) / 1000))
    else
        echo -
    fi
}

tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm_key 0x81000011 rsa2048
key_file "$T/key.pem"
relay_start
providers default tpm2
# with the query that tpm2-openssl needs to be asked at all
sed 's/^providers = providers$/&\nalg_section = algorithms/' \
    "$OPENSSL_CONF" >"$T/peer.cnf"
printf '[algorithms]\ndefault_properties = ?provider=tpm2\n' >>"$T/peer.cnf"
request=(openssl req -new -subj /CN=d -key "$T/key.pem" -out "$T/csr")

printf '%-20s %17s %17s %24s\n' '' 'Sign P-256' 'Sign RSA-2048' \
    'req, P-256 key file'
printf '%-20s %8s %8s %8s %8s %9s %14s\n' "$turns turns" EVP 'of SAPI' EVP \
    'of SAPI' ours tpm2-openssl
for chip in AMD_fTPM_fw6 INTC_PTT_fw600 NTC_NPCT75x_fw7.2 \
    STM_ST33TPHF2X_fw1.x IFX_SLB9670_fw7.85 IFX_SLB9665_fw5.63; do
    slow "$chip" Sign_RSA2048_RSASSA
    rsa=$(beside 0x81000011)
    slow "$chip" Sign_P256_ECDSA
    peer=-
    test ! -e "$PEER_MODULES/tpm2.so" || peer=$(
        OPENSSL_CONF=$T/peer.cnf waited "$PEER_MODULES" "${request[@]}")
    printf '%-20s %17s %17s %9s %14s\n' "$chip" "$(beside 0x81000010)" "$rsa" \
        "$(waited "$OPENSSL_MODULES" "${request[@]}")" "$peer"
done
relay_script
expect tpm_is_clean
