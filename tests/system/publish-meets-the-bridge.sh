#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iot-publish and our own bridge: what was acknowledged is with the site under
# the device's identity; refusals have a sentence here and the reason there; a
# device that is blocked for a while loses nothing.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd mosquitto_sub

cd "$T"
site_make
device_make dev-1 ec
device_make dev-2 rsa
bridge_start 'plugin_opt_skew 2'
background seen site_sub -i live -q 1 -t "$EVERYTHING" \
    -t 'projects/+/locations/+/registries/+/devices/+/state' -v
sleep 0.5

# as DEVICE [OPTION…]: iot-publish with the device's key.
cat >bin/as <<END
#!/bin/sh
device=\$1
shift
exec iot-publish --key "\${KEY:-$T/\$device.key}" --cafile $T/ca/root.crt \
    --host localhost --port \$DEVICE_PORT --project "\${AUDIENCE:-$PROJECT}" \
    --region $REGION --registry $REGISTRY --device "\$device" "\$@"
END
chmod 755 bin/as

# has TEXT: the site has seen it, in a line that ends so.
has()
{
    grep -q -- "$1\$" seen
}
# has_lines NUMBER: so many different ones of "line N".
has_lines()
{
    test "$(grep -o 'events line .*' seen | sort -u | wc -l)" = "$1"
}

# ES256 and RS256; events, a subfolder and state.
expect_ok as dev-1 --message one
expect wait_until 10 has "$(path_of dev-1)/events one"
expect_ok as dev-2 --message two --subfolder a/b
expect wait_until 10 has "$(path_of dev-2)/events/a/b two"
expect_ok as dev-2 --message three --state
expect wait_until 10 has "$(path_of dev-2)/state three"
head -c 262144 /dev/zero | tr '\0' x >largest
expect_ok as dev-1 --message first --file largest --message last
expect wait_until 10 has 'events last'
expect test "$(grep -c 'events x' seen)" = 1

# Refused with one sentence; the bridge's log has the reason.
ln -s dev-1.key dev-9.key
expect_fail 4 'the bridge refused this device: its log says why' \
    as dev-9 --message bad
expect_logged "$(path_of dev-9)"
log_mark
KEY=dev-1.key expect_fail 4 'refused this device' as dev-2 --message bad
expect_logged "$(path_of dev-2)"
AUDIENCE=p-2 expect_fail 4 'refused this device' as dev-1 --message bad
expect_not grep -q bad seen

# In the middle of a pipeline: tokens of two seconds, a skew of two, and a
# bridge that ends connections whose token has expired.
mkfifo pipe
background stream.log bash -c 'exec as "$@" <pipe' - dev-1 --lines \
    --lifetime 2 --spool spool
stream=$STARTED_PID
exec 7>pipe
for ((i = 1; i <= 40; i++)); do
    echo "line $i" >&7
    sleep 0.1
done
expect wait_until 10 has_lines 40
expect test ! -s stream.log
expect_not logged 'its token has expired'

# Blocked: it keeps on trying and keeps what comes in.  Unblocked: all of it
# arrives.
device update dev-1 --blocked
expect wait_until 20 grep -q 'refused this device.*trying again in' stream.log
seq -f 'line %.0f' 41 60 >&7
kept()
{
    grep -aq 'line 60' spool/*.log
}
expect wait_until 10 kept
expect is_running "$stream"
expect has_lines 40
device update dev-1 --no-blocked
expect wait_until 60 has_lines 60
exec 7>&-
expect wait "$stream"
