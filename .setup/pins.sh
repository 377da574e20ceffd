#!/usr/bin/env bash
# Write the versions that .venv holds to constraints.txt, under the header that is there.
set -euo pipefail

cd "$(dirname "$0")/.."
pins=.setup/constraints.txt
{
    grep '^#' "$pins"
    # `list` rather than `freeze`: it knows the version even of what came from a file. The local
    # label goes (torch==2.13.0+cpu), and so do pip, ourselves and what only one platform has.
    # Older pins of what is not installed here (optional extras) stay.
    {
        .venv/bin/python -m pip --disable-pip-version-check list --format=freeze --exclude-editable |
            sed 's/+.*$//'
        grep -v '^#' "$pins"
    } |
        grep -viE '^(pip|setuptools|wheel|occstudio|nvidia-.*|triton|cuda-.*)==' |
        awk -F == '{ name = tolower($1); gsub(/[-_.]+/, "-", name) } name != "" && !seen[name]++' |
        LC_ALL=C sort -f
} >"$pins.new"
mv "$pins.new" "$pins"
