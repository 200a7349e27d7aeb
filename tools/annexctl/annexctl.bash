# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for annexctl: commands, options, and the ids that QEMU has.

# Where the value of the option at $1 is: bash has a word of its own for the
# "=" of --socket=PATH.
_annexctl_value() {
    case ${COMP_WORDS[$1 + 1]} in
    =) printf '%s\n' $(($1 + 2)) ;;
    *) printf '%s\n' $(($1 + 1)) ;;
    esac
}

# The socket given on the line, or by the environment.
_annexctl_socket() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -s | --socket)
            i=$(_annexctl_value "$i")
            printf '%s\n' "${COMP_WORDS[i]/#\~/$HOME}"
            return
            ;;
        esac
    done
    printf '%s\n' "${ANNEXCTL_SOCKET:-}"
}

# The command: the first word that is no option, and no option's value.
_annexctl_command() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -s | --socket | -t | --timeout | --width)
            i=$(_annexctl_value "$i")
            ;;
        -*) ;;
        *)
            printf '%s\n' "${COMP_WORDS[i]}"
            return
            ;;
        esac
    done
}

# The values of member $2 in what "annexctl $1" answers, those that are plain
# words.  A QEMU that does not answer is not waited for.
_annexctl_ids() {
    "${COMP_WORDS[0]}" --socket "$(_annexctl_socket)" --timeout 2 --json \
        "$1" 2>/dev/null |
        sed -n "s/^ *\"$2\": \"\\([A-Za-z0-9_.\\/[-]*]*\\)\",\\{0,1\\}\$/\\1/p"
}

_annexctl_options() {
    local common='--socket --json --ascii --width --timeout --help'
    local view='--watch --interval --until-idle'
    case $1 in
    '') printf '%s\n' "$common --version" ;;
    cancel) printf '%s\n' "$common --wait" ;;
    retry) printf '%s\n' "$common --wait --deadline" ;;
    events) printf '%s\n' "$common --follow --only" ;;
    timeline) printf '%s\n' "$common --output --about --title --pixels" ;;
    *) printf '%s\n' "$common $view" ;;
    esac
}

_annexctl_words() {
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    case $1:$previous in
    :*) printf '%s\n' 'unplugs cancel retry failover vhost-user slots' \
            'postcopy connectors modules events timeline' ;;
    cancel:* | retry:*) _annexctl_ids unplugs device ;;
    failover:failover) printf 'plug unplug\n' ;;
    failover:plug | failover:unplug) _annexctl_ids failover standby ;;
    failover:*) _annexctl_ids failover id ;;
    postcopy:postcopy) printf 'policy unwedge\n' ;;
    postcopy:policy) printf 'pause run\n' ;;
    slots:slots) printf 'export load\n' ;;
    esac
}

_annexctl() {
    local current=${COMP_WORDS[COMP_CWORD]} command words
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    command=$(_annexctl_command)
    COMPREPLY=()
    if [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    current=${current#=}
    case $previous in
    -s | --socket | -o | --output | export | load)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    -t | --timeout | --width | -i | --interval | --deadline | --only | \
        --about | --title | --pixels)
        return
        ;;
    esac
    if [[ $current == -* ]]; then
        words=$(_annexctl_options "$command")
    elif [[ $command == timeline ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    else
        words=$(_annexctl_words "$command")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o filenames -F _annexctl annexctl
