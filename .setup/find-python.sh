#!/usr/bin/env bash
# Print the path of a Python that OccStudio runs on (3.11 or newer), or say that there is none.
#
# pyenv's shims exist for versions that are not switched on: a candidate counts once it has run.
set -u

for name in ${OCCSTUDIO_PYTHON:-} python3.13 python3.12 python3.11 python3; do
    path=$(command -v "$name" 2>/dev/null) || continue
    if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' 2>/dev/null; then
        "$path" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done

cat >&2 <<'MESSAGE'

OccStudio needs Python 3.11 or newer, and none was found
(looked for python3.13, python3.12, python3.11 and python3).

    Debian 12, Ubuntu 24.04 and newer:  sudo apt-get install python3 python3-venv
    elsewhere:                          https://www.python.org/downloads/

A Python in another place is taken with  OCCSTUDIO_PYTHON=/path/to/python make run

MESSAGE
exit 1
