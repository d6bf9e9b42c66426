#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No network, a broker that goes and comes, kill -9, a signal, a full disk:
# what the spool took arrives at least once.
. "$(dirname "$0")/publish.sh"
broker_conf
broker_start broker.in
subscribe
there=$PORT

# No network: kept, exit 4 and a sentence.  The next run sends it first.
PORT=1
expect_fail 4 'messages kept in spool to be sent first next time: 2' \
    publish --spool spool --timeout 1 --message 'line 1' --message 'line 2'
expect_fail 4 'messages not acknowledged: 1' \
    publish --timeout 1 --message 'line 0'
PORT=$there
expect_ok publish --spool spool --message 'line 3'
expect test ! -s err
expect wait_until 10 has_lines 3
expect test "$(cut -d' ' -f2 arrived | tr '\n' ' ')" = \
    "$(hex 'line 1') $(hex 'line 2') $(hex 'line 3') "
# Once acknowledged they are gone, and an empty spool troubles nobody.
expect test -z "$(find spool -name '*.log')"
before=$(connects)
expect_ok publish --spool spool
expect test "$(connects)" = "$before"

# A TPM, or here a key, that is not there: kept all the same.
KEY=none.key expect_fail 1 none.key publish --spool spool --message 'line 4'
expect_ok publish --spool spool
expect wait_until 10 has_lines 4

# In the middle of a pipeline the broker goes away, and comes back.
stream pub.log --spool spool
numbered 5 40 >&7
expect wait_until 10 has_lines 40
stop_pid "$BROKER_PID"
numbered 41 80 >&7
expect wait_until 10 grep -q 'trying again in' pub.log
expect is_running "$STREAM"
broker_again 7>&-
expect wait_until 60 has_lines 80
exec 7>&-
expect wait "$STREAM"
expect grep -q 'ended the connection' pub.log
expect grep -q 'connected again' pub.log

# Killed in the middle of 200 lines, again and again, with a broker and
# without: what the spool has taken arrives at least once.
for ((round = 0; round < 8; round++)); do
    test $((round % 2)) = 0 || PORT=1
    stream killed.log --spool spool
    numbered 81 280 >&7
    sleep "0.0$round"
    stop_pid "$STREAM" KILL
    exec 7>&-
    PORT=$there
done
PORT=1
stream killed.log --spool spool
numbered 81 280 >&7
PORT=$there
expect wait_until 10 eval 'test "$(cat spool/*.log | grep -ac "line 280")" -gt 0'
stop_pid "$STREAM" KILL
exec 7>&-
expect_ok publish --spool spool
expect wait_until 20 has_lines 280

# A signal: what is under way is finished; without a broker it stays.
stream term.log --spool spool
numbered 281 290 >&7
expect wait_until 10 has_lines 290
kill -TERM "$STREAM"
expect wait "$STREAM"
expect test ! -s term.log
PORT=1
stream term.log --spool spool
numbered 291 300 >&7
PORT=$there
expect wait_until 10 grep -q 'trying again' term.log
kill -TERM "$STREAM"
status=0
wait "$STREAM" || status=$?
expect test "$status" = 1
expect grep -q 'messages kept in spool to be sent first next time: 10' term.log
exec 7>&-

# Torn by a power cut in the middle of a write: the rest is there.
log=$(echo spool/*.log)
printf 'half a mess' >>"$log"
expect_ok publish --spool spool
expect grep -q 'set aside as spool/torn' err
expect wait_until 10 has_lines 300
expect grep -q 'half a mess' spool/torn

# A full disk: the file may grow to 64 KiB, and no further.
full()
(
    ulimit -f 64
    publish "$@"
)
head -c 40000 /dev/zero | tr '\0' f >big
PORT=1
expect_fail 4 'sent first next time: 1' full --spool full --timeout 1 --file big
expect_fail 1 'big cannot be kept: File too large' \
    full --spool full --timeout 1 --file big
PORT=$there
expect_ok full --spool full
expect test "$(find full -name '*.log')" = ''
# Lines wait until there is room, and all of them come through.
numbered 301 3000 >lines
expect_ok feed lines full --lines --spool full
expect wait_until 20 has_lines 3000
# The bound of the spool refuses the newest.
PORT=1
expect_fail 4 'next time: 1' \
    publish --spool small --spool-limit 524288 --timeout 1 --file big
head -c 250000 /dev/zero >huge
expect_fail 4 'next time: 2' \
    publish --spool small --spool-limit 524288 --timeout 1 --file huge
expect_fail 1 'huge cannot be kept: the spool is full' \
    publish --spool small --spool-limit 524288 --timeout 1 --file huge

# One device, one process.
PORT=$there
stream pub.log --spool spool
echo 'line 3001' >&7
expect wait_until 10 has_lines 3001
expect_fail 1 'is in use by another process' publish --spool spool
exec 7>&-
expect wait "$STREAM"
expect_fail 1 'give each device a spool of its own' \
    iot-publish --key device.key --cafile ca/chain.crt --host localhost \
    --port "$PORT" --project p1 --region here --registry reg \
    --device dev2 --spool small
