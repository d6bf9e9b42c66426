# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts beside it share: commands shown as they are run, and servers
# on free ports of the loopback, each with its process id in a file.
set -eu -o pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export TOP

# fail TEXT: one line, and the end.
fail()
{
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# typed COMMAND...: as a person would type it, here.
typed()
{
    local line
    line=$(printf '%q ' "$@")
    line=${line//"$PWD/"/}
    line=${line//'\,'/,}
    printf '%s\n' "${line% }"
}

# run COMMAND...: shows a command and runs it; its output is shown only when it
# fails.
run()
{
    local output
    printf '$ %s\n' "$(typed "$@")"
    output=$("$@" 2>&1 </dev/null) && return
    printf '%s\n' "$output" >&2
    return 1
}

# is_taken PORT: somebody listens there.
is_taken()
{
    (: >"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_ports NUMBER: prints the first of so many ports in a row that nobody
# listens on; below those that the kernel gives to clients.
free_ports()
{
    local first port tries
    for ((tries = 0; tries < 100; tries++)); do
        first=$((20000 + SRANDOM % 12000))
        for ((port = first; port < first + $1; port++)); do
            ! is_taken "$port" || continue 2
        done
        echo "$first"
        return
    done
    fail 'no free port found'
}

# is_ours PID DIR: it runs, and its command line names the folder.  One that is
# just being started has none for a moment, nor has one that has ended.
is_ours()
{
    local line tries
    for ((tries = 0; tries < 20; tries++)); do
        line=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") || return 1
        test -z "$line" || break
        sleep 0.02
    done 2>/dev/null
    test "${line/"$2"/}" != "$line"
}

# serve DIR NAME PORT COMMAND...: starts a server that DIR/NAME.pid and
# DIR/NAME.log belong to, and waits until it listens; fails when it ends, as it
# does if its port was taken meanwhile.  Its command line must name DIR.
# Interrupts wait until the process id is on file.
serve()
{
    local dir=$1 name=$2 port=$3 pid tries
    shift 3
    trap '' INT TERM HUP
    setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$dir/$name.pid"
    trap - INT TERM HUP
    for ((tries = 0; tries < 200; tries++)); do
        kill -0 "$pid" 2>/dev/null || break
        if is_taken "$port"; then
            sleep 0.1 # by it, or by another that came first?
            ! kill -0 "$pid" 2>/dev/null || return 0
        fi
        sleep 0.05
    done
    stop_serving "$dir" "$name"
    return 1
}

# stop_serving DIR NAME: ends the server that DIR/NAME.pid belongs to, if it
# still runs and still is that server.
stop_serving()
{
    local file=$1/$2.pid pid tries
    test -e "$file" || return 0
    pid=$(cat "$file")
    for ((tries = 0; tries < 100; tries++)); do
        is_ours "$pid" "$1" || break
        test "$((tries % 50))" -gt 0 || kill "$pid" 2>/dev/null || break
        sleep 0.05
    done
    ! is_ours "$pid" "$1" || kill -KILL "$pid"
    rm -f "$file"
}
