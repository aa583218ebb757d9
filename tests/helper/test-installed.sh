#!/bin/sh
# Are the files beside dialtoned what the system's programs take? TAP. $1: the built unit, $2: the
# folder of the sources. SPDX-License-Identifier: GPL-3.0-or-later
unit=$1
helper=$2
n=0

# check DESCRIPTION TOOL COMMAND...: a test, skipped where the tool is missing
check() {
    n=$((n + 1))
    description=$1
    if ! command -v "$2" >/dev/null; then
        echo "ok $n - $description # SKIP needs $2"
    elif shift 2 && "$@" >"$scratch/out" 2>&1; then
        echo "ok $n - $description"
    else
        sed 's/^/# /' "$scratch/out"
        echo "not ok $n - $description"
    fi
}

scratch=$(mktemp -d) || exit 1
trap 'rm -r "$scratch"' EXIT
echo 1..5
# The number is ten times the exposure that --threshold allows.
check "the unit's exposure is at most 3.0" systemd-analyze \
    systemd-analyze security --offline=yes --no-pager --threshold=30 "$unit"
check "the bus policy is well formed" xmllint xmllint --noout --nonet "$helper/org.dialtone.Dialer1.conf"
check "the polkit policy is well formed" xmllint xmllint --noout --nonet "$helper/org.dialtone.dialer.policy"
check "the manual page has no errors" groff sh -c \
    'test -z "$(groff -man -Tutf8 -ww -z "$1" 2>&1)"' groff "$helper/dialtoned.8"
check "sysusers takes the user" systemd-sysusers systemd-sysusers --dry-run "$3"
