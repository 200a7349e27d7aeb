# SPDX-License-Identifier: GPL-2.0-or-later
# Root folders of a Debian release: how they are made, and run in.
# shellcheck shell=bash source-path=SCRIPTDIR
#
# Nothing is ever mounted but in a mount namespace of the command that runs
# in the root: when its last process ends, however it ends, so do the mounts.

# "URI RELEASE COMPONENT" of what apt takes the distribution's packages from,
# as it is for this machine's release, said for release $1.
# shellcheck disable=SC2016 # expanded by apt-get
apt_origins() {
    apt-get indextargets \
        --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' "Origin: $(dpkg-vendor --query vendor)" |
        sed -nE "s/^([^ ]+) $(codename)((-updates|-security)?) /\1 $1\2 /p"
}

mirror() {
    local uri release component
    while read -r uri release component; do
        if [ "$release $component" = "$1 main" ]; then
            printf '%s\n' "$uri"
            return
        fi
    done < <(apt_origins "$1")
    die "apt has no source for $(codename) main; is its index there?"
}

# root_base RELEASE: the archive of a root folder with nothing in it but what
# debootstrap installs, and the machine's package sources and proxies.
root_base() {
    local base
    base=$(cache_dir)/root/$1-$(dpkg --print-architecture).tar
    if [ ! -f "$base" ]; then
        mkdir -p -- "$(dirname -- "$base")"
        make_base "$1" "$base"
    fi
    printf '%s\n' "$base"
}

make_base() {
    local release=$1 base=$2 aside options=(--variant=minbase) uri
    install_packages debootstrap dpkg-dev
    aside=$(mktemp -d "$base.XXXXXX")
    uri=$(mirror "$release")
    if [[ $uri == https:* ]]; then
        options+=(--include=ca-certificates)
    fi
    say "making a minimal $release root from $uri"
    logged "$aside/debootstrap.log" unshare --mount \
        debootstrap "${options[@]}" "$release" "$aside/root" "$uri" ||
        die "debootstrap failed"
    apt_origins "$release" | sed 's/^/deb /' \
        >"$aside/root/etc/apt/sources.list"
    apt-config dump | grep -i '^Acquire::.*::Proxy ' \
        >"$aside/root/etc/apt/apt.conf.d/90proxy" || true
    rm -f -- "$aside/root/var/cache/apt/archives/"*.deb
    tar -C "$aside/root" -cf "$aside/base.tar" .
    mv -- "$aside/base.tar" "$base"
    rm -rf --one-file-system -- "$aside"
}

# root_run ROOT FOLDER VARIABLES BINDS COMMAND [ARGUMENT...]: run COMMAND in
# FOLDER of ROOT, with nothing of the environment but VARIABLES (lines of
# NAME=value), and the folders BINDS (lines) seen at their own paths.
#
# In a process namespace of its own: when its first process ends, so does
# every other.
ROOT_CHILD=
# shellcheck disable=SC2016 # expanded by the shell inside
root_run() {
    local root=$1 folder=$2 variables binds
    mapfile -t variables < <(printf '%s' "$3")
    mapfile -t binds < <(printf '%s' "$4")
    shift 4
    cp -L -- /etc/resolv.conf "$root/etc/resolv.conf"
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 folder=$2 binds=$3
        shift 3
        # Its top has to be a mount for this to work inside of it once more.
        mount --bind -- "$root" "$root"
        for bind in "${@:1:binds}"; do
            mkdir -p -- "$root$bind"
            mount --bind -- "$bind" "$root$bind"
        done
        shift "$binds"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" /usr/bin/env -i -C "$folder" \
            TERM="${TERM:-dumb}" LANG=C.UTF-8 \
            PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
    ' bash "$root" "$folder" "${#binds[@]}" "${binds[@]}" \
        "${variables[@]}" "$@" <&0 &
    ROOT_CHILD=$!
    wait "$ROOT_CHILD"
}

# End what root_run() runs, if it still does; for the caller's exit trap.
# unshare itself lets no signal through while it waits; it ends when the
# first process of the namespace has ended.
root_end() {
    local first
    if [ -n "$ROOT_CHILD" ] &&
        first=$(cat "/proc/$ROOT_CHILD/task/$ROOT_CHILD/children" \
            2>/dev/null); then
        # shellcheck disable=SC2086 # no word if there is no process
        kill -KILL $first 2>/dev/null || true
        wait "$ROOT_CHILD" 2>/dev/null || true
    fi
}
