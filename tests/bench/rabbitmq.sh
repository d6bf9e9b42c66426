#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Admissions a second with the very same tokens, ES256, TLS 1.3 and an ECDSA
# server key: by mosquitto with the plugin, which asks a registry for the key of
# each device, and by Debian's RabbitMQ with rabbitmq_mqtt and
# rabbitmq_auth_backend_oauth2, which has one key for all; between them a
# mosquitto that asks nobody.  In turns; medians of whole runs.  A node of its
# own is started for that, with an epmd of its own, on free ports of loopback.
#
#     apt-get install rabbitmq-server
#     tests/bench/rabbitmq.sh [TURNS [SECONDS [CONNECTIONS]]]
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd /usr/bin/python3 jq
load=$BUILD_ROOT/tests/fixture/mqtt-load
rabbit=/usr/lib/rabbitmq/bin
test -x "$rabbit/rabbitmq-server" || skip 'rabbitmq-server is not installed'
turns=${1:-3}
seconds=${2:-2}
connections=${3:-16}

# What a token may do is a claim of it, to RabbitMQ; the bridge overlooks it.
SCOPE="$PROJECT.configure:*/* $PROJECT.read:*/* $PROJECT.write:*/*"

# rabbit_start: $RABBIT_PID at RABBIT_PORT.
rabbit_start()
{
    local base home=$T/rabbit
    base=$(port_block)
    RABBIT_PORT=$base
    mkdir -p "$home"
    jq -r '.credentials[0].publicKey.key' "$T/good.import" | head -4 \
        >"$home/key.pem"
    cat >"$home/rabbitmq.conf" <<-END
	listeners.tcp = none
	mqtt.listeners.tcp = none
	mqtt.listeners.ssl.default = 127.0.0.1:$RABBIT_PORT
	mqtt.allow_anonymous = false
	mqtt.tcp_listen_options.nodelay = true
	ssl_options.cacertfile = $T/ca/chain.crt
	ssl_options.certfile = $T/ca/server-chain.crt
	ssl_options.keyfile = $T/ca/server.key
	ssl_options.verify = verify_none
	ssl_options.fail_if_no_peer_cert = false
	ssl_options.versions.1 = tlsv1.3
	auth_backends.1 = rabbit_auth_backend_oauth2
	auth_oauth2.resource_server_id = $PROJECT
	auth_oauth2.default_key = key
	auth_oauth2.signing_keys.key = $home/key.pem
	auth_oauth2.algorithms.1 = ES256
	log.console.level = error
	END
    echo '[rabbitmq_mqtt,rabbitmq_auth_backend_oauth2].' >"$home/plugins"
    export HOME=$home ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((base + 1))
    export RABBITMQ_NODENAME=site@localhost RABBITMQ_MNESIA_BASE=$home/mnesia
    export RABBITMQ_DIST_PORT=$((base + 2)) RABBITMQ_LOG_BASE=$home
    export RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf
    export RABBITMQ_ENABLED_PLUGINS_FILE=$home/plugins
    background "$T/epmd.log" epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1
    background "$T/rabbit.log" "$rabbit/rabbitmq-server"
    RABBIT_PID=$STARTED_PID
    wait_until 90 rabbit_listens ||
        { cat "$T/rabbit.log" >&2 && die 'RabbitMQ does not start'; }
}

rabbit_listens()
{
    (: <"/dev/tcp/127.0.0.1/$RABBIT_PORT") 2>"$T/err"
}

# admissions ROW PORT: append admissions a second, and their median and 99 % in
# milliseconds.
admissions()
{
    "$load" admit "$2" "$T/ca/root.crt" "$T/good" "$connections" "$seconds" \
        2>"$T/err" || die 'mqtt-load fails'
    expect test "$(cut -d' ' -f2 "$T/err")" = 0
    awk '{print $1 / $4, $5 / 1000, $6 / 1000}' "$T/err" >>"$T/$1.row"
}

# row TITLE ROW: medians.
row()
{
    local column figures=()
    for column in 1 2 3; do
        figures+=("$(cut -d' ' -f"$column" "$T/$2.row" | sort -n |
            awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}')")
    done
    printf '%-44s %10.0f %10.2f %10.2f\n' "$1" "${figures[@]}"
}

site_make
FLEET_CLAIM="scope=$SCOPE" fleet good "$connections" ec
plain_start
bridge_start
rabbit_start
for ((i = 0; i < turns; i++)); do
    admissions plain "$PLAIN_PORT"
    admissions ours "$DEVICE_PORT"
    admissions rabbit "$RABBIT_PORT"
done
printf '%-44s %10s %10s %10s\n' "admissions, $connections clients, ES256" \
    'a second' 'median ms' '99 % ms'
row 'mosquitto, anonymous' plain
row 'mosquitto with the plugin' ours
row "RabbitMQ $(dpkg-query -W -f '${Version}' rabbitmq-server 2>/dev/null)" \
    rabbit
