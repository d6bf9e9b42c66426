#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two devices of the same id in two registries: neither can be the other, the
# site tells them apart, and nothing that is published under their common topic
# reaches either.
. "$(dirname "$0")/../fixture/lib.sh"
. "$(dirname "$0")/../fixture/bridge.sh"
need mosquitto_passwd python3

site_make
registry_make reg-2
device_make dev-1 ec
cp "$T/dev-1.key" "$T/first.key"
rm "$T/dev-1.key"
device_make dev-1 ec reg-2
mv "$T/dev-1.key" "$T/second.key"
# An account that may do what no account should.
printf 'user intruder\ntopic readwrite #\n' >>"$T/site.acl"
printf 'intruder:secret\n' >"$T/more"
mosquitto_passwd -U "$T/more"
cat "$T/more" >>"$T/site.passwords"
bridge_start
token first >"$T/first.token"
token second >"$T/second.token"
first=$(path_of dev-1)
second=$(path_of dev-1 reg-2)

# Each with its own key, and not with the other's.
for pair in "$first first 0" "$second second 0" "$first second 5" \
    "$second first 5"; do
    read -r id key code <<<"$pair"
    expect_ok raw --id "$id" --user '' --password-file "$T/$key.token"
    expect grep -qx "CONNACK $code" "$T/out"
done

# The site tells them apart.
background "$T/seen" site_sub -i live -t "$EVERYTHING" -v -q 1
subscribed live
for pair in "$first first" "$second second"; do
    read -r id key <<<"$pair"
    expect_ok mosquitto_pub -h localhost -p "$DEVICE_PORT" \
        --cafile "$T/ca/root.crt" -i "$id" -u unused \
        -P "$(cat "$T/$key.token")" -q 1 -t /devices/dev-1/events -m "by $key"
done
expect wait_until 10 grep -qx "$second/events by second" "$T/seen"
expect grep -qx "$first/events by first" "$T/seen"

# Both are connected and both have subscribed to the very same topic.  Somebody
# publishes to it: another subscriber of the site sees it, they do not.
intruder=(--unix "$SITE_SOCKET" -u intruder -P secret)
background "$T/control" mosquitto_sub "${intruder[@]}" -i control -v \
    -t '/devices/#'
subscribed control
for key in first second; do
    id=$first
    test "$key" = first || id=$second
    background "$T/$key.got" raw --id "$id" --user '' \
        --password-file "$T/$key.token" subscribe /devices/dev-1/config 1 \
        subscribe '/devices/dev-1/commands/#' 1 wait 100
done
both_subscribed()
{
    test "$(grep -hc 'SUBACK 1' "$T/first.got" "$T/second.got" | tr -d '\n')" = 22
}
expect wait_until 10 both_subscribed
for topic in config commands commands/a; do
    expect_ok mosquitto_pub "${intruder[@]}" -i mole -q 1 -m secret \
        -t "/devices/dev-1/$topic"
    expect_ok mosquitto_pub "${intruder[@]}" -i mole -q 1 -m secret -r \
        -t "/devices/dev-1/$topic"
done
expect wait_until 10 grep -qx '/devices/dev-1/commands/a secret' "$T/control"
# Not even one that is retained, which a new subscriber would be sent.
expect_ok raw --id "$first" --user '' --password-file "$T/first.token" \
    subscribe /devices/dev-1/config 1 ping wait 1
expect grep -qx 'SUBACK 1' "$T/out"
expect_not grep -q secret "$T/out"
expect wait_until 10 grep -qx CLOSED "$T/first.got"
# What they got is their config, which is empty, and nothing else.
for key in first second; do
    expect grep -qx 'PUBLISH /devices/dev-1/config ' "$T/$key.got"
    expect_not grep -q secret "$T/$key.got"
done
bridge_stop
