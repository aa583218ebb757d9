# guest.sh - what the scripts share that run servers in a User-Mode Linux guest. Sourced, with $here,
# $P and $LAB_STATE set. SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154

die() { echo "${0##*/}: $*" >&2; exit 1; }

# What cannot run here is a skip with its reason, in TAP; on the CI machine that fails.
skip() { echo "1..0 # SKIP $*"; exit 77; }

guest_needs() {                    # guest_needs TOOL...
    local tool
    [ "$(id -u)" = 0 ] || skip "the lab needs root for its network namespaces"
    [ -c /dev/net/tun ] || skip "no /dev/net/tun"
    for tool in linux.uml busybox iptables-legacy modprobe ip nft "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
    [ -e "${DIALTONE_BUILD:?names no build folder}/tests/lab/pptpd/lab-fp-state.so" ] ||
        skip "User-Mode Linux is for x86-64"
    unshare -m -p -f true 2>/dev/null || skip "no namespaces may be made here"
}

running() {                        # a zombie is not
    [ -e "$LAB_STATE/pid/$1" ] &&
        grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$(cat "$LAB_STATE/pid/$1")/status"
}

wait_for() {                       # wait_for SECONDS COMMAND...
    local i ticks=$(($1 * 20))
    shift
    for ((i = 0; i < ticks; i++)); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.05
    done
    return 1
}

background() {                     # background NAME COMMAND...
    local name=$1
    shift
    setsid "$@" <&0 &             # without it, a background job reads /dev/null
    echo $! >"$LAB_STATE/pid/$name"
}

# The client's wire through lab-bridge, when $LAB_BRIDGE has options for it. Offloads are off on both
# ends, so that only frames come that a wire carries.
bad_wire() {
    local bridge=${DIALTONE_BUILD:?names no build folder}/tests/lab/bridge/lab-bridge n
    [ -x "$bridge" ] || die "$bridge is not built"
    ip -n $P-srv link set port-cli nomaster
    ip -n $P-srv link add wire-b type veth peer name wire-c
    ip -n $P-srv link set wire-c master br0
    for n in port-cli wire-b wire-c; do ip -n $P-srv link set $n up; done
    for n in srv:port-cli srv:wire-b srv:wire-c cli:eth0; do
        ip netns exec $P-${n%:*} ethtool -K ${n#*:} tx off gso off tso off gro off >/dev/null
    done
    # shellcheck disable=SC2086
    background lab-bridge ip netns exec $P-srv "$bridge" $LAB_BRIDGE port-cli wire-b \
        >"$LAB_STATE/lab-bridge.out" 2>&1 </dev/null
    wait_for 15 grep -q ready "$LAB_STATE/lab-bridge.out" || die "lab-bridge did not start"
}

end_bad_wire() {
    local pid
    running lab-bridge || return 0
    pid=$(cat "$LAB_STATE/pid/lab-bridge")
    # It ends by itself when an interface of its goes, so it may be gone by now.
    kill "$pid" 2>/dev/null || true
    wait_for 5 gone lab-bridge || kill -9 "$pid" 2>/dev/null || true
}

answered() { [ -e "$LAB_STATE/x/ready" ] || [ -e "$LAB_STATE/x/failed" ] || ! running guest; }

# After 15 minutes it ends by itself, and if not, by "timeout"; --kill-child takes all of its processes
# along. The address is always the same, so that the others' neighbour tables stay right.
boot_guest() {                     # boot_guest MAC VARIABLE=VALUE...
    local mac=$1 seconds=900
    shift
    if running guest; then die "the guest runs already"; fi
    rm -rf "$LAB_STATE/x"
    mkdir "$LAB_STATE/x"
    [ ! -e "$LAB_STATE/give" ] || cp -r "$LAB_STATE/give/." "$LAB_STATE/x/"
    background guest timeout -k 5 $((seconds + 10)) ip netns exec $P-srv \
        unshare -m -p -f --kill-child --mount-proc "$here/../pptpd/jail" tap0 $mac \
        "LAB_SECONDS=$seconds" "$@" <>"$LAB_STATE/input" >"$LAB_STATE/console" 2>&1
    wait_for 60 answered || true
    [ -e "$LAB_STATE/x/ready" ] && return
    tail -n 40 "$LAB_STATE/console" "$LAB_STATE/x/"* >&2 || true
    die "the guest did not get ready"
}

# <> and not >: a plain open would wait for ever if the guest has just died.
tell() { echo "$1" 1<>"$LAB_STATE/input"; }

in_guest() {
    local name=command-$$-$RANDOM rc
    running guest || die "the guest does not run"
    printf '%s\n' "$*" >"$LAB_STATE/x/$name"
    tell "$name"
    wait_for 30 test -e "$LAB_STATE/x/$name.rc" || die "no answer from the guest"
    cat "$LAB_STATE/x/$name.out"
    rc=$(cat "$LAB_STATE/x/$name.rc")
    rm -f "$LAB_STATE/x/$name"*
    return "$rc"
}

gone() { ! running "$1"; }

# The process group of its "timeout".
kill_guest() {
    if running guest; then
        kill -KILL -- "-$(cat "$LAB_STATE/pid/guest")" || true
        wait_for 10 gone guest || die "the guest does not die"
    fi
}

end_guest() {
    if running guest; then
        tell off
        wait_for 5 gone guest || kill_guest
    fi
}
