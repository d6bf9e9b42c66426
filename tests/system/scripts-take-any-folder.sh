#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A folder's name may have what a shell, sed or a list takes for its own.
. "$(dirname "$0")/../fixture/lib.sh"
need mosquitto_passwd swtpm_setup

scripts=$SOURCE_ROOT/scripts
command -v mosquitto >/dev/null || PATH=$PATH:/usr/sbin
wrap mosquitto
cd "$T"
for folder in plain 'a b&c|d\e'; do
    mkdir "$folder"
    expect_ok "$scripts/ca" init "$folder/ca"
    expect_ok "$scripts/ca" server "$folder/ca" localhost 127.0.0.1
    expect_ok iot-registry registries create reg --project p1 --region here \
        --database "$folder/registry.db"
    expect_ok "$scripts/bridge" start "$folder/bridge" "$folder/ca" \
        "$folder/registry.db"
    STARTED+=("$(cat "$folder/bridge/bridge.pid")")
    # The log quotes as JSON does.
    expect grep -qF "open: $T/${folder//\\/\\\\}/registry.db" \
        "$folder/bridge/bridge.log"
    expect_ok "$scripts/bridge" stop "$folder/bridge"
    expect_ok "$scripts/tpm" start "$folder/tpm"
    STARTED+=("$(cat "$folder/tpm/tpm.pid")")
    expect_ok "$scripts/tpm" stop "$folder/tpm"
done
