#!/usr/bin/env bash
# Install the few system libraries that Qt (xcb) and VTK load, and nothing that is there already.
#
#   system-packages.sh [--tests] [--python PATH]
#
# A library counts as there when the dynamic linker finds it. Asking dpkg would miss libraries that
# another distribution or another release (libglib2.0-0t64) provides under another name.
# With root, or sudo without a password, they are installed; otherwise one sentence says how.
set -euo pipefail

tests=no
python=
while [ $# -gt 0 ]; do
    case $1 in
    --tests) tests=yes ;;
    --python)
        python=$2
        shift
        ;;
    *)
        echo "system-packages.sh: unknown option $1" >&2
        exit 2
        ;;
    esac
    shift
done

# Only Linux needs this: the wheels for macOS and Windows bring all they need.
[ "$(uname -s)" = Linux ] || exit 0

ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
known=$("$ldconfig" -p 2>/dev/null || true)
missing=()

need() { # soname, Debian package
    case $known in
    *"$1 "*) ;;
    *) missing+=("$2") ;;
    esac
}

# Qt: core and fonts
need libglib-2.0.so.0 libglib2.0-0
need libdbus-1.so.3 libdbus-1-3
need libfontconfig.so.1 libfontconfig1
need libfreetype.so.6 libfreetype6
# OpenGL, with Mesa's software renderer behind it
need libEGL.so.1 libegl1
need libGL.so.1 libgl1
need libGLX_mesa.so.0 libglx-mesa0
need libOpenGL.so.0 libopengl0
# VTK opens this one by name while it runs, so no list of linked libraries shows it
need libXcursor.so.1 libxcursor1
# Qt's xcb platform
need libX11-xcb.so.1 libx11-xcb1
need libxkbcommon-x11.so.0 libxkbcommon-x11-0
need libxcb-cursor.so.0 libxcb-cursor0
need libxcb-icccm.so.4 libxcb-icccm4
need libxcb-image.so.0 libxcb-image0
need libxcb-keysyms.so.1 libxcb-keysyms1
need libxcb-render-util.so.0 libxcb-render-util0
need libxcb-shape.so.0 libxcb-shape0
need libxcb-xkb.so.1 libxcb-xkb1

# Without a single font Qt draws boxes.
if [ -z "$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" \
    -name '*.[to]tf' -print -quit 2>/dev/null)" ]; then
    missing+=(fonts-dejavu-core)
fi

if [ $tests = yes ]; then
    command -v Xvfb >/dev/null || missing+=(xvfb)
    command -v xauth >/dev/null || missing+=(xauth)
fi

# Debian splits the module that makes virtual environments off its Python.
if [ -n "$python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=("python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv")
fi

[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi

refuse() {
    echo >&2
    echo "OccStudio needs system packages that are missing here, and $1." >&2
    echo "Please run this once, then make again:" >&2
    echo >&2
    echo "    sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    echo >&2
    exit 1
}

command -v apt-get >/dev/null ||
    refuse "this is no Debian or Ubuntu (the names below are Debian's)"
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    refuse "only an administrator may install them"
fi

echo "installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq || echo "apt-get update failed; trying with the lists at hand" >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
    refuse "apt-get could not install them (its message is above)"
