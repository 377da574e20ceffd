#!/usr/bin/env bash
# Make .venv if need be and install OccStudio into it, in the versions of constraints.txt.
#
#   python-packages.sh [EXTRAS]        EXTRAS as in pip, e.g. "dev"
#
# torch comes first and by its exact pin. Its default Linux build brings gigabytes of CUDA, so a
# machine without an NVIDIA card takes the CPU build from torch's own index if that answers; any
# local build that pip is configured to find (find-links) is taken as it is.
# OCCSTUDIO_TORCH_INDEX names another index; "none" leaves the choice to pip.
set -euo pipefail

cd "$(dirname "$0")/.."
here=.setup
extras=${1:-}
python=.venv/bin/python

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    ! "$python" -m pip --version >/dev/null 2>&1; then
    interpreter=$("$here"/find-python.sh)
    rm -rf .venv
    "$interpreter" -m venv .venv
fi

# A person sees torch's long download move; a log gets errors only.
quiet=-qq
if [ -t 1 ]; then
    quiet=
fi

install() {
    "$python" -m pip --disable-pip-version-check --no-input install ${quiet:+$quiet} \
        -c "$here/constraints.txt" "$@"
}

torch=$(grep -E '^torch==' "$here/constraints.txt")
index=${OCCSTUDIO_TORCH_INDEX:-}
if [ -z "$index" ]; then
    index=none
    if [ "$(uname -s)" = Linux ] && [ ! -e /dev/nvidiactl ] &&
        ! install -qq --dry-run --no-index --no-deps "$torch" >/dev/null 2>&1 &&
        "$python" - <<'PROBE' 2>/dev/null; then
import urllib.request
urllib.request.urlopen("https://download.pytorch.org/whl/cpu/torch/", timeout=5).close()
PROBE
        index=https://download.pytorch.org/whl/cpu
    fi
fi
if [ "$index" = none ]; then
    install "$torch"
else
    install --extra-index-url "$index" "$torch"
fi

install -e ".${extras:+[$extras]}"
