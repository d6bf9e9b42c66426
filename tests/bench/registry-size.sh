#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Registries of 100 and 10,000 devices, and with --large of a million: how
# long the import takes, how long a list of the first page and one device, and
# how large the file is.  The devices share one key, which costs the import as
# much as keys of their own.
#
#     tests/bench/registry-size.sh [--large]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/registry.sh"
command -v iot-registry >/dev/null || skip 'iot-registry is not built'
sizes=(100 10000)
test "${1:-}" != --large || sizes+=(1000000)

cd "$T"
key_make ec ec.key
# The newlines of PEM as JSON has them.
awk '{printf "%s\\n", $0}' ec.key.pub >pem

# lines COUNT: so many devices, a line each.
lines()
{
    seq -f 'device-%07.0f' 1 "$1" | sed "s|.*|{\"id\":\"&\",\"credentials\":[{\"publicKey\":{\"format\":\"ES256_PEM\",\"key\":\"$(sed 's/\\/\\\\/g' pem)\"}}]}|"
}

# taken CMD…: the milliseconds that the command took.
taken()
{
    local before=${EPOCHREALTIME/./}
    "$@" >"$T/out" 2>"$T/err" || die "fails: $*"
    echo $(((${EPOCHREALTIME/./} - before) / 1000))
}

printf '%10s %12s %12s %12s %12s %10s\n' devices 'import, ms' devices/s \
    'list, ms' 'describe, ms' MB
for size in "${sizes[@]}"; do
    export IOT_REGISTRY_DATABASE=$T/$size.db
    registries create factory 2>/dev/null
    lines "$size" >file
    import=$(taken devices import file)
    list=$(taken devices list --limit 500)
    describe=$(taken devices describe device-0000042)
    printf '%10d %12d %12d %12d %12d %10d\n' "$size" "$import" \
        $((size * 1000 / (import + 1))) "$list" "$describe" \
        $(($(stat -c %s "$IOT_REGISTRY_DATABASE") / 1000000))
    expect test "$(sqlite3 "$IOT_REGISTRY_DATABASE" \
        'SELECT count(*) FROM credential')" = "$size"
    rm -f "$size".db* file
done
