#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No TPM, a TPM that refuses the connection, one that hangs up, one that answers
# nonsense: an error that says so, soon, and never a crash.
. "$(dirname "$0")/../fixture/lib.sh"
need python3

tpm_start --no-ek
key_file "$T/key.pem"
good=$TPM2OPENSSL_TCTI

# fails TEXT: neither kind of key can be used, and TEXT is among the reasons.
fails()
{
    expect_error "$1" openssl req -new -key handle:0x81000010 -subj /CN=d \
        -out "$T/none"
    expect_error "$1" openssl req -new -key "$T/key.pem" -subj /CN=d \
        -out "$T/none"
    expect_not test -s "$T/none"
    expect_ok openssl pkey -in "$T/key.pem" -pubout -out "$T/pub"
}

cat >"$T/nonsense.py" <<'END'
import socket, sys, threading
answer = bytes.fromhex(sys.argv[2])
def serve(listener, is_control):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=talk, args=(client, is_control),
                         daemon=True).start()
def talk(client, is_control):
    try:
        while client.recv(4096):
            if is_control:
                client.sendall(bytes(4))
            elif answer:
                client.sendall(answer)
            else:
                break
    except OSError:
        pass
    client.close()
data, control = socket.socket(), socket.socket()
port = int(sys.argv[1])
data.bind(('127.0.0.1', port))
control.bind(('127.0.0.1', port + 1))
data.listen()
control.listen()
threading.Thread(target=serve, args=(control, True), daemon=True).start()
serve(data, False)
END

# nonsense HEX: a server that answers every command with these bytes, or hangs
# up when there are none. Once started, it serves both orders of providers.
declare -A servers=()
nonsense()
{
    local try port
    if test -n "${servers[x$1]:-}"; then
        tcti_set "${servers[x$1]}"
        return 0
    fi
    for ((try = 0; try < 20; try++)); do
        port=$(port_block)
        background "$T/nonsense.log" python3 "$T/nonsense.py" "$port" "$1"
        if wait_listening "$STARTED_PID" "$port" $((port + 1)); then
            servers[x$1]=swtpm:host=127.0.0.1,port=$port
            tcti_set "${servers[x$1]}"
            return 0
        fi
    done
    die 'no server'
}

story()
{
    tcti_set "$good"
    expect_ok openssl req -new -key "$T/key.pem" -subj /CN=d -out "$T/csr"

    echo '# nobody listens'
    tcti_set 'swtpm:host=127.0.0.1,port=1'
    fails 'tpm2:.*TPM'
    echo '# a way of many bytes: what to do is said all the same'
    tcti_set "swtpm:path=$(head -c 20000 /dev/zero | tr '\0' a)"
    fails 'tpm2:.*no TPM answers at swtpm:path=aaa.*start it'
    echo '# no such device, no such way'
    tcti_set "device:$T/no-such-device"
    fails 'tpm2:.*no-such-device'
    tcti_set 'banana:split'
    fails 'tpm2:.*banana'
    echo '# it hangs up'
    nonsense ''
    fails 'tpm2:.*TPM'
    echo '# a header and no more: success without the parameters'
    nonsense 80010000000a00000000
    fails 'tpm2:.*TPM'
    echo '# a size below the header, a size beyond reason'
    nonsense 80010000000400000000
    fails 'tpm2:.*TPM'
    nonsense 8001ffffffff00000000
    fails 'tpm2:.*TPM'
    echo '# text'
    nonsense "$(printf 'HTTP/1.0 400 Bad Request\r\n\r\n' | od -An -v -tx1 |
        tr -d ' \n')"
    fails 'tpm2:.*TPM'
    echo '# a size within that is larger than what is around it'
    nonsense 800100000020000000000200$(printf '%040d' 0)
    fails 'tpm2:.*TPM'
    echo '# in failure mode'
    nonsense 80010000000a00000101
    fails 'tpm2:.*failure mode'
    echo '# not started'
    nonsense 80010000000a00000100
    fails 'tpm2:.*not been started'
}

each_order story
