#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Before a token expires there is a connection with the next one, planned and
# without loss; a token that lasts does not cause any.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in
subscribe

stream pub.log --lifetime 2
for ((i = 1; i <= 60; i++)); do
    echo "line $i" >&7
    sleep 0.1
done
expect connected_times 3
expect test "$(grep -c 'Received DISCONNECT from projects' "$BROKER_LOG")" = \
    "$(($(connects) - 1))"
exec 7>&-
expect wait "$STREAM"
expect wait_until 10 has_lines 60
# Planned, so that none was sent twice, and no word of it.
expect test "$(wc -l <arrived)" = 60
expect test ! -s pub.log

# The control: an hour's token.
before=$(connects)
stream pub.log
echo one >&7
sleep 3
echo two >&7
exec 7>&-
expect wait "$STREAM"
expect test "$(connects)" = $((before + 1))
