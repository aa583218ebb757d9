# bash completion for dialtone(1)                                  -*- shell-script -*-
# SPDX-License-Identifier: GPL-3.0-or-later

_dialtone_names() {
    local IFS=$'\n' name
    while read -r name; do
        [[ $name == *": everybody-"*")" ]] && continue # its name is there already
        [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
    done < <(dialtone list 2>/dev/null)
}

_dialtone() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]-} options='--json --help'

    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'import export list show numbers delete dial status hangup diagnose update run log --help --version' -- "$cur")
        return
    fi
    if [ "$command" = run ] && [[ " ${COMP_WORDS[*]:2:COMP_CWORD-2} " == *' -- '* ]]; then
        [ "$prev" = -- ] && mapfile -t COMPREPLY < <(compgen -c -- "$cur" | sort -u)
        if [ "$prev" != -- ] || [[ $cur == */* ]]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        fi
        return
    fi
    case $command,$prev in
    *,--password-file | *,--new-password-file | *,--psk-file | *,--tunnel-secret-file | *,--proxy-password-file | *,--ca-file | *,--cert-file | *,--key-file | *,--cert-password-file)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    export,--format | export,-f)
        mapfile -t COMPREPLY < <(compgen -W 'cmak nm rasphone' -- "$cur")
        return ;;
    export,--output | export,-o)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    dial,--user | dial,-u | dial,--domain | dial,-d | dial,--server | dial,-s | dial,--pin | *,--eap-pin | *,--proxy | \
        diagnose,--user | diagnose,-u | diagnose,--domain | diagnose,-d | diagnose,--server | diagnose,-s | \
        diagnose,--pin | run,--user | run,-u | run,--domain | run,-d | run,--server | run,-s | run,--pin | \
        numbers,--service | numbers,-s | import,--name | import,-n | import,--codepage | import,-c | \
        update,--interface | update,-i)
        return ;;
    esac
    case $command in
    import) options+=' --name --list --codepage --system' ;;
    delete) options+=' --system' ;;
    export) options+=' --format --output' ;;
    numbers) options+=' --country --region --modem --isdn --no-surcharge --service --all' ;;
    hangup) options+=' --all' ;;
    dial | diagnose | run) options+=' --user --domain --password-stdin --password-file --new-password-file
        --server --ca-file --pin --eap-pin --psk-file --tunnel-secret-file --proxy --proxy-password-file --cert-file --key-file --cert-password-file --direct --redial
        --verbose' ;;&
    dial) options+=' --foreground --for-everybody --first-user --first-password-file --first-psk-file --first-ca-file' ;;
    update) options+=' --interface' ;;
    diagnose) options+=' --foreground --dial --no-dial' ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        return
    fi
    case $command in
    import | numbers)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    export | show | delete | dial | status | hangup | diagnose | update | run | log)
        _dialtone_names ;;
    esac
}

complete -F _dialtone dialtone
