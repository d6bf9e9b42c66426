#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A command line that makes no sense is exit 2, before anything is done; a
# file that is not there 1.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in

# with OPTION…: a whole command line of which one part was changed.
with()
{
    local -A is=([key]=device.key [host]=localhost [project]=p1
        [region]=here [registry]=reg [device]=dev1)
    local option words=()
    while test "$#" -gt 0 && test "$1" != --; do
        is[${1%%=*}]=${1#*=}
        shift
    done
    for option in "${!is[@]}"; do
        test "${is[$option]}" = none || words+=("--$option" "${is[$option]}")
    done
    env ${PRELOADED:+LD_PRELOAD="$PRELOADED"} \
        iot-publish --port "$PORT" --cafile ca/chain.crt "${words[@]}" "${@:2}"
}

expect_ok with -- --message good
for option in key host project region registry device; do
    expect_fail 2 "--$option is needed" with "$option=none" -- --message bad
done
expect_fail 2 'nothing to do' with
for name in .. a/b 'a+b/c' '#' 'x y' ''; do
    expect_fail 2 'there can be no device' with "device=$name" -- --message bad
    expect_fail 2 'there can be no topic' with -- --message bad \
        --subfolder "x/$name//y"
done
expect_fail 2 'there can be no device' with device=googly -- --message bad
expect_fail 2 'longer than 255 bytes' \
    with "device=$(printf 'x%.0s' {1..256})" -- --message bad
expect_ok with "device=$(printf 'x%.0s' {1..255})" -- --message good
expect_fail 2 'from 1 to 256 bytes' \
    with -- --subfolder "$(printf 'x%.0s' {1..257})" --message bad
expect_fail 2 'no --subfolder' with -- --state --subfolder x --message bad
expect_fail 2 '--json is for --listen' with -- --json --message bad
expect_fail 2 'read only once' with -- --lines --file -
expect_fail 2 'from 1 to 86400' with -- --lifetime 0 --message bad
expect_fail 2 'from 1 to 86400' with -- --lifetime 86401 --message bad
expect_fail 2 'from 0 to 1' with -- --qos 2 --message bad
expect_fail 2 'one word too many' with -- word
expect_fail 1 'cannot open none' with -- --file none
expect_fail 1 'none.key' with key=none.key -- --message bad
openssl_plain genpkey -algorithm ED25519 -out ed.key
expect_fail 1 '' with key=ed.key -- --message bad

# A machine that does not know what time it is: nobody would believe it.
PRELOADED=${TEST_PRELOAD:+$TEST_PRELOAD:}$BUILD_ROOT/tests/system/clock-of-1970.so
expect_fail 4 'the clock is not set' with -- --timeout 1 --message bad
expect_ok env LD_PRELOAD="$PRELOADED" iot-jwt --key device.key --audience p1
expect grep -q 'the clock is not set' err
PRELOADED=

expect_ok iot-publish --help
expect grep -q -- '--spool FOLDER' out
expect_ok iot-publish --version
# Nothing bad was ever sent.
expect test "$(grep -c 'Received PUBLISH from projects' "$BROKER_LOG")" = 2
