#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How many instructions an admission and the leave after it cost the broker, and
# how many of them are whose: beside a mosquitto with the same certificate, no
# plugin and anonymous access.  What else the machine does changes no count.
# Keys are known to the broker, tokens come for the first time, or again; the
# processor is valgrind's, so what OpenSSL has for newer ones is not used.  The
# system's work is not counted.  The plugin's other threads write down who came
# and left, and do some things by the clock, which few admissions share here.
#
#     tests/bench/admission-cost.sh [SECONDS]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3 valgrind callgrind_annotate
load=$BUILD_ROOT/tests/fixture/mqtt-load
seconds=${1:-4}
connecting=4

# A title, and the function whose counts these are, with all that it calls.
rows=(
    "the broker's thread|ALL"
    "  the question who it is|on_basic_auth"
    "    the registry's record|registry_admission_find"
    "    the token|gate_judge_token"
    "      its signature|signature_fits"
    "        by OpenSSL|EVP_DigestVerify"
    "    saying that it came|report_admitted"
    "  its leave|on_disconnect"
    "  the plugin's clock|on_tick"
    "other threads|start_thread"
)

site_make
keep_in all
declare -A algorithm=([es256]=ec [rs256]=rsa)
for kind in es256 rs256; do
    fleet "$kind" "$connecting" "${algorithm[$kind]}" "$connecting" 200
    head -n "$connecting" "$T/$kind" >"$T/$kind.again"
    tail -n "+$((connecting + 1))" "$T/$kind" >"$T/$kind.new"
done
cat >"$T/bin/mosquitto" <<END
#!/bin/sh
exec valgrind --tool=callgrind --callgrind-out-file=$T/count.%p --log-file=$T/valgrind.%p \
    $(command -v mosquitto || echo /usr/sbin/mosquitto) "\$@"
END
chmod 755 "$T/bin/mosquitto"
plain_start
bridge_start

# come PORT FILE: admissions for a while, their number in $T/err.
come()
{
    "$load" admit "$1" "$T/ca/root.crt" "$T/$2" "$connecting" "$seconds" \
        2>"$T/err" || die 'mqtt-load fails'
    expect test "$(cut -d' ' -f2 "$T/err")" = 0
}

# count NAME PID PORT FILE: instructions an admission of each function with what
# it calls, as lines of $T/NAME.
count()
{
    local number
    callgrind_control -z "$2" >/dev/null 2>&1
    come "$3" "$4"
    sleep 1.2 # until what happened is written down
    rm -f "$T/count.$2".*
    callgrind_control -d "$2" >/dev/null 2>&1
    wait_until 20 test -s "$T/count.$2.$((++dumps[$2]))" || die 'no counts'
    number=$(cut -d' ' -f1 "$T/err")
    callgrind_annotate --inclusive=yes --threshold=100 --auto=no \
        "$T/count.$2.${dumps[$2]}" | tr -d , |
        awk -v n="$number" '$1 + 0 > 0 {
            value = $1
            sub(/^ *[0-9]+ *(\([0-9. ]*%\))? */, "")
            sub(/ \[.*/, "")
            if (!/PROGRAM TOTALS/)
                sub(/.*:/, "")
            if (!($0 in count))
                count[$0] = value / n / 1000
        }
        END {
            count["ALL"] = count["PROGRAM TOTALS"] - count["start_thread"]
            for (name in count)
                print name, count[name]
        }' >"$T/$1"
    test -s "$T/$1" || die 'no counts of functions'
}
declare -A dumps=([$PLAIN_PID]=0 [$BROKER_PID]=0)

come "$PLAIN_PORT" es256.again # what is only done once
count plain "$PLAIN_PID" "$PLAIN_PORT" es256.new
for kind in es256 rs256; do
    come "$DEVICE_PORT" "$kind.again"
    count "$kind" "$BROKER_PID" "$DEVICE_PORT" "$kind.new"
    count "$kind-again" "$BROKER_PID" "$DEVICE_PORT" "$kind.again"
done

columns=(plain es256 es256-again rs256 rs256-again)
printf '%-36s %10s %10s %10s %10s %10s\n' 'thousands of instructions' anonymous \
    ES256 'again' RS256 'again'
for row in "${rows[@]}"; do
    printf '%-36s' "${row%|*}"
    for column in "${columns[@]}"; do
        awk -v name="${row#*|}" '$1 == name {v = sprintf("%.0f", $2)}
            END {printf " %10s", v == "" ? "-" : v}' "$T/$column"
    done
    echo
done
printf '%-36s' 'anonymous, beside it'
for column in "${columns[@]}"; do
    awk 'FNR == NR && $1 == "ALL" {plain = $2; next}
        FNR < NR && $1 == "ALL" {printf " %10.2f", plain / $2}' \
        "$T/plain" "$T/$column"
done
echo
