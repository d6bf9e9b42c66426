#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The story of the same name in tests/system, at length: 50 times kill -9 of
# the broker while 100 devices publish, and how many acknowledged messages are
# missing afterwards.
#
#     tests/bench/broker-kills.sh [KILLS [DEVICES]]
exec bash "$(dirname "$0")/../system/bridge-survives-kill.sh" \
    "${1:-50}" "${2:-100}"
