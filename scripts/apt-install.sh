#!/bin/sh
# apt-install.sh PACKAGE...: install Debian packages if we may without asking anyone, else fail.
set -eu
command -v apt-get >/dev/null 2>&1 || exit 1
if [ "$(id -u)" = 0 ]; then
    sudo=
elif sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
install="$sudo apt-get install -y -q --no-install-recommends"
echo "diffmine: installing $* with apt-get"
# The package lists of a fresh machine are empty or old: fetch them only if it fails without.
$install "$@" >/dev/null 2>&1 || { $sudo apt-get update -q >/dev/null && $install "$@" >/dev/null; }
