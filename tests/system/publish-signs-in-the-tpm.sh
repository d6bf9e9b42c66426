#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device whose key is in the TPM publishes to our own bridge: at most two
# TPM commands, nothing left behind; what the TPM refuses is exit 3 before the
# network is used and loses nothing; a TPM that is reset in the middle of a
# pipeline is no more than a pause.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need swtpm tpm2_create mosquitto_passwd mosquitto_sub

cd "$T"
tpm_start --no-ek
tpm_key 0x81000010 rsa2048
tpm_key 0x81000011 ecc256
site_make
for handle in 10 11; do
    tpm_direct tpm2_readpublic -Q -c "0x810000$handle" -f pem -o "$handle.pub"
done
device_with dev-1 "$REGISTRY" path=10.pub,type=rsa-pem
device_with dev-2 "$REGISTRY" path=11.pub,type=es256-pem
bridge_start
background seen site_sub -i live -q 1 -t "$EVERYTHING" -v
sleep 0.5
relay_start

# as DEVICE URI [OPTION…]
cat >bin/as <<END
#!/bin/sh
device=\$1
key=\$2
shift 2
exec iot-publish --key "\$key" --cafile $T/ca/root.crt --host localhost \
    --port "\$DEVICE_PORT" --project $PROJECT --region $REGION \
    --registry $REGISTRY --device "\$device" "\$@"
END
chmod 755 bin/as

# has_lines NUMBER: so many different ones of "line N".
has_lines()
{
    test "$(grep -o 'line .*' seen | sort -u | wc -l)" = "$1"
}

relay_expect 2 as dev-1 handle:0x81000010 --message 'line 1'
expect wait_until 10 grep -qx "$(path_of dev-1)/events line 1" seen
relay_expect 2 as dev-2 handle:0x81000011 --message 'line 2' --message 'line 3'
expect wait_until 10 has_lines 3
expect tpm_is_clean

# No such key, no TPM: before any connection.  The spool has the message.
connections=$(grep -c 'New connection' "$BROKER_LOG" || true)
expect_fail 3 'nothing at this handle' \
    as dev-1 handle:0x81000019 --message 'line 4' --spool spool
kept()
{
    grep -aq 'line 4' spool/*.log
}
expect kept
expect test "$(grep -c 'New connection' "$BROKER_LOG" || true)" = "$connections"
expect_ok as dev-1 handle:0x81000010 --spool spool
expect wait_until 10 has_lines 4
TPM2OPENSSL_TCTI=swtpm:host=127.0.0.1,port=1 \
    expect_fail 3 'no TPM' as dev-1 handle:0x81000010 --message 'line 5'

# In the middle of a pipeline the TPM loses power, and another time is away for
# a while; tokens of two seconds need it all the time.
tcti_set "swtpm:host=127.0.0.1,port=${TPM_PORT[$TPM_CURRENT]}"
mkfifo pipe
background stream.log bash -c 'exec as "$@" <pipe' - dev-2 \
    handle:0x81000011 --lines --lifetime 2 --spool spool2
stream=$STARTED_PID
exec 7>pipe
echo 'line 5' >&7
expect wait_until 10 has_lines 5
tpm_restart --crash 7>&-
for ((i = 6; i <= 35; i++)); do
    echo "line $i" >&7
    sleep 0.1
done
expect wait_until 20 has_lines 35
tpm_crash
expect wait_until 20 grep -q 'trying again in' stream.log
seq -f 'line %.0f' 36 50 >&7
expect is_running "$stream"
tpm_run "$TPM_CURRENT" 7>&-
expect wait_until 60 has_lines 50
exec 7>&-
expect wait "$stream"
expect tpm_is_clean
