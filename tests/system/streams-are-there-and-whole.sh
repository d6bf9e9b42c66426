#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With standard streams that are closed or full, no program takes a file of its
# own for one of them, and none says that it has printed what it has not.
. "$(dirname "$0")/../fixture/lib.sh"

cd "$T"
ca_make ca
ca_key device.key
# without CMD...: run it without any of the three streams.
without()
{
    "$@" <&- >&- 2>&-
}
# to FILE CMD...: run it with this file for its standard output.
to()
{
    "${@:2}" >"$1"
}
# publish [OPTION...]: to where nobody listens.
publish()
{
    iot-publish --key device.key --cafile ca/chain.crt --host 127.0.0.1 \
        --port 1 --project p1 --region here --registry reg --device dev1 \
        --spool spool --timeout 1 "$@"
}
# What is in a spool stays there, also when nothing can be said about it.
expect_fail 4 'next time: 1' publish --message 'line 1'
status=0
without publish --message 'line 2' || status=$?
expect test "$status" = 4
expect_fail 4 'next time: 2' publish
expect grep -qa 'line 1' spool/*.log
expect grep -qa 'line 2' spool/*.log
expect_not test -e spool/torn

export IOT_REGISTRY_DATABASE=$T/registry.db
where=(--project p1 --region here)
expect without iot-registry registries create reg "${where[@]}"
expect_ok iot-registry registries list "${where[@]}"

for words in 'iot-key show --key device.key' \
    'iot-key show --key device.key --public' \
    'iot-key show --key device.key --json' \
    'iot-jwt --key device.key --audience p1' \
    'iot-registry registries list --project p1 --region here' \
    'iot-key --help' 'iot-jwt --help' 'iot-publish --help' \
    'iot-registry --help' 'iot-registry registries list --help'; do
    read -ra command <<<"$words"
    expect_ok to /dev/null "${command[@]}"
    expect_fail 1 'cannot write to standard output' to /dev/full "${command[@]}"
    expect_not without "${command[@]}"
done
