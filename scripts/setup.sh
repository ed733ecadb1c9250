#!/bin/sh
# setup.sh [test]: make .venv and install diffmine into it.
# Does nothing when pyproject.toml and constraints.txt are those of the last install.
set -eu
cd "$(dirname "$0")/.."

die() { echo "diffmine: $*" >&2; exit 1; }

case ${1:-} in
    "") what=app  package=. ;;
    test) what=test  package='.[test,demos]' ;;
    *) die "setup.sh knows 'test' or nothing, not '$1'." ;;
esac
venv=.venv
# Another checkout's environment would be made anew for this folder, and lost to that one.
[ ! -L $venv ] || die "$PWD/$venv is a link to another environment; remove the link, or use that one as it is, without make."
stamp=$venv/.installed-$what
state=$(pwd -P; cksum pyproject.toml constraints.txt)
if [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && $venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        recent "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.11 or newer that runs."
        echo "$PYTHON"
        return
    fi
    for each in python3.11 python3 python3.12 python3.13; do
        if recent $each; then echo $each; return; fi
    done
    die "Python 3.11 or newer is needed and none was found; on Debian or Ubuntu: apt install python3 python3-venv."
}

# Made anew when it does not run, or when the checkout was moved: its scripts name their folder.
if ! { $venv/bin/python -m pip --version && grep -F "$(pwd -P)/$venv" $venv/bin/activate; } \
        >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        needed=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        scripts/apt-install.sh "$needed" \
            || die "$python cannot make a virtual environment; install the package $needed, then run make again."
    fi
    echo "diffmine: making $venv with $("$python" -V)"
    "$python" -m venv --clear $venv || die "$python could not make $venv; the lines above say why."
fi

pip() {
    $venv/bin/python -m pip --disable-pip-version-check install --retries 10 "$@" \
        || die "the install failed, the lines above say why; 'make setup' goes on with what is already downloaded."
}

# torch goes first and alone: asked for as a dependency, pip may take a newer build with gigabytes
# of CUDA where the tested one would do.
torch=$(grep '^torch==' constraints.txt)
if ! $venv/bin/python -m pip freeze 2>/dev/null | grep -q "^$torch\([+]\|\$\)"; then
    pip ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$torch"
fi
pip -c constraints.txt -e "$package"

[ $what = app ] || echo "$state" >$venv/.installed-app
echo "$state" >"$stamp"
