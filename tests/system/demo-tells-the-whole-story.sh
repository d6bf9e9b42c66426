#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/demo runs from nothing to telemetry, and again; with --keep it leaves
# what it says, interrupted at any step it leaves no process behind, and a TPM
# that is not its own it leaves as it was.
#
#     demo-tells-the-whole-story.sh [ROUNDS]
#
# interrupts at the beginning of each step, and in further rounds at any moment
# of its first second; one round if nobody says otherwise.
. "$(dirname "$0")/../fixture/lib.sh"
need meson ninja swtpm_setup mosquitto_sub
unset OPENSSL_MODULES

demo=("$SOURCE_ROOT/scripts/demo" --dir "$T/demo" --software)

# left: the processes whose command line names the demo's folder.
left()
{
    # by stdin, or grep would find itself
    grep -lsFf - /proc/[0-9]*/cmdline <<<"$T/demo" | grep -o '[0-9]*' || true
}

none()
{
    test -z "$(left)"
}

# none_left: soon, as one may just be ending on a busy machine; what was
# forgotten would stay for ever.
none_left()
{
    wait_until 20 none && return
    ps -fp "$(left | paste -sd ,)"
    return 1
}

device=projects/factory/locations/europe/registries/plant/devices/sensor-1
# Whatever happens, what --keep keeps is not kept.
stop_demo()
{
    "$SOURCE_ROOT/scripts/bridge" stop "$T/demo/bridge"
    "$SOURCE_ROOT/scripts/tpm" stop "$T/demo/tpm"
}
AT_END=stop_demo

# whole OPTION…: from the beginning to the end.
whole()
{
    expect_ok "${demo[@]}" "$@"
    expect grep -q "$device/events temperature 21.5" "$T/out"
    expect grep -q "$device/events temperature 21.6" "$T/out"
}
whole
expect none_left

# And again.  What it printed can be typed: the environment, and a command of
# each kind.
whole --keep
expect test -n "$(left)"
(
    cd "$SOURCE_ROOT"
    . "$T/demo/env"
    iot-jwt --key handle:0x81000010 --audience factory >"$T/token"
    tpm2_getcap handles-nv-index >"$T/indices"
    iot-registry devices list --project factory --region europe \
        --registry plant >"$T/list"
)
expect test -s "$T/token"
# Where a TPM keeps the certificates of its endorsement keys (TCG EK Credential
# Profile 2.2.1.4).
expect grep -qiE '0x1c000(02|0a)' "$T/indices"
expect grep -q '^sensor-1 ' "$T/list"

# Ctrl-C at each step.  The first of these runs also ends what was kept.
steps=$(grep -c '^[0-9]*\. ' "$T/out")
expect test "$steps" -ge 13
# interrupt STEP SECONDS: so long after the step has begun.
interrupt()
{
    local log=$T/interrupted.$1 status=0
    : >"$log"
    background "$log" env --default-signal=INT setsid "${demo[@]}"
    expect wait_until 60 grep -q "^$1\\. " "$log"
    sleep "$2"
    kill -INT -- "-$STARTED_PID" || true
    wait "$STARTED_PID" || status=$?
    # Only the last step may be over before the signal comes.
    expect test "$status" = 130 -o "$1" = "$steps"
    test "$status" = 0 || expect grep -q '^demo: ended in step ' "$log"
    expect none_left
}
for ((round = 0; round < ${1:-1}; round++)); do
    for ((step = 1; step <= steps; step++)); do
        test "$round" = 0 || moment=$(printf '0.%03d' $((SRANDOM % 1000)))
        interrupt "$step" "${moment:-0}"
    done
done

# A TPM that is not the demo's: it takes a handle that is free, says so, and
# leaves the TPM as it was.
tpm_start --no-ek
tpm_key 0x81000010 ecc256
tpm2_getcap handles-persistent >"$T/before"
expect_ok "$SOURCE_ROOT/scripts/demo" --dir "$T/demo" --tcti "$TPM2OPENSSL_TCTI"
expect grep -q '^Nothing stands at 0x81000011: ' "$T/out"
expect grep -q "$device/events temperature 21.6" "$T/out"
expect_ok tpm2_getcap handles-persistent
expect cmp "$T/before" "$T/out"
expect none_left
expect tpm_is_clean
