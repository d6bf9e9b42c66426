#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Messages, files and lines arrive over TLS byte for byte, in order and under
# the right topic; too long ones are refused whole.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in
subscribe

# From the command line, in order, and acknowledged before it ends.
expect_ok publish --message one --message 'two words'
expect test ! -s out
expect test ! -s err
arrives "$TOPIC" one
arrives "$TOPIC" 'two words'
expect test "$(cut -d' ' -f2 arrived | head -2 | tr '\n' ' ')" = \
    "$(hex one) $(hex 'two words') "
expect grep -q "New client connected.* as projects/p1/locations/here/registries/reg/devices/dev1 (p2, c1, k60, u'unused')" "$BROKER_LOG"
expect grep -q "Received PUBLISH from projects/p1/.*(d0, q1, r0, m1, '$TOPIC', ... (3 bytes))" "$BROKER_LOG"
expect grep -q 'Received DISCONNECT from projects/p1/' "$BROKER_LOG"

# Subfolder, state, QoS 0, a host that is an address, no message at all.
expect_ok publish --message sub --subfolder alarms/high
arrives "$TOPIC/alarms/high" sub
expect_ok publish --message mine --state
arrives /devices/dev1/state mine
expect_ok publish --message fleeting --qos 0
arrives "$TOPIC" fleeting
expect grep -q "(d0, q0, r0, m0, '$TOPIC', ... (8 bytes))" "$BROKER_LOG"
expect_ok publish_to 127.0.0.1 "$PORT" ca/chain.crt --message address
arrives "$TOPIC" address
expect_ok publish --message ''
expect wait_until 10 grep -qx "$TOPIC " arrived

# A file with every byte there is, NUL included; and standard input.
for ((i = 0; i < 256; i++)); do
    printf "\\x$(printf %x "$i")"
done >bytes
expect_ok publish --file bytes
bytes=$(od -An -v -tx1 bytes | tr -d ' \n')
expect wait_until 10 grep -qxF "$TOPIC $bytes" arrived
expect_ok feed bytes publish --file -
expect wait_until 10 eval 'test "$(grep -cxF "$TOPIC $bytes" arrived)" = 2'

# Lines: blank ones are skipped, the last needs no newline, NULs are kept.
printf 'first\n\n\0nul\0\nlast' >lines
expect_ok feed lines publish --lines
arrives "$TOPIC" first
arrives "$TOPIC" last
expect wait_until 10 grep -qx "$TOPIC 006e756c00" arrived

# 256 KiB and not a byte more; of a state 64 KiB.
head -c 262144 /dev/zero >largest
head -c 262145 /dev/zero >larger
tr '\0' x <largest >line
tr '\0' x <larger >long
expect_ok publish --file largest
expect grep -q "'$TOPIC', ... (262144 bytes))" "$BROKER_LOG"
expect_fail 1 'larger is longer than 262144 bytes' publish --file larger
expect_ok feed line publish --lines
{ cat long && echo && echo after; } >mixed
expect_fail 1 'line 1 is longer than 262144 bytes and is left out' \
    feed mixed publish --lines
arrives "$TOPIC" after
expect_not grep -q '(262145 bytes)' "$BROKER_LOG"
head -c 65536 /dev/zero >state
head -c 65537 /dev/zero >states
expect_ok publish --state --file state
expect_fail 1 'longer than 65536 bytes' publish --state --file states

# Two states are told a second apart, whatever the hurry.
expect_ok publish --state --message s1 --message s2
arrives /devices/dev1/state s2
gap=$(awk '/from projects.*dev1.state/ { split($1, t, ":"); print t[1] }' \
    "$BROKER_LOG" | tail -2 | tr '\n' ' ' | awk '{ print $2 - $1 }')
expect test "$gap" -ge 1
