# SPDX-License-Identifier: GPL-2.0-or-later
# Packages of another architecture, from where the machine's packages come.
# shellcheck shell=bash source-path=SCRIPTDIR
#
# apt gets an index of its own in the user's cache, for that architecture and
# the machine's: the machine's apt configuration, its architectures and its
# index are not changed, and nothing is installed.

# Options for apt-get and apt-cache; none: the machine's own index.
APT_OPTIONS=()
APT_FOREIGN=

# apt_foreign ARCH: set APT_OPTIONS, and make the index if there is none.
apt_foreign() {
    APT_FOREIGN=$(cache_dir)/apt/$(codename)-$1
    mkdir -p -- "$APT_FOREIGN/lists/partial"
    # No status: what is installed here has no say in what is there.
    APT_OPTIONS=(
        -o "APT::Architectures=$(dpkg --print-architecture),$1"
        -o "APT::Sandbox::User=$(id -un)"
        -o Acquire::Languages=none
        -o "Dir::State::lists=$APT_FOREIGN/lists"
        -o Dir::State::status=/dev/null
        -o "Dir::Cache::pkgcache=$APT_FOREIGN/packages.bin"
        -o "Dir::Cache::srcpkgcache=$APT_FOREIGN/sources.bin"
    )
    if [ ! -f "$APT_FOREIGN/update.log" ]; then
        apt_foreign_update
    fi
}

# An index that cannot be fetched, as it is with some mirrors, is no error as
# long as what the others have is enough.
apt_foreign_update() {
    say "updating the package lists in $APT_FOREIGN"
    (
        flock 9
        apt-get -q "${APT_OPTIONS[@]}" update \
            >"$APT_FOREIGN/update.log" 2>&1 ||
            say "not all could be, see update.log there; going on"
    ) 9>"$APT_FOREIGN/lock"
}
