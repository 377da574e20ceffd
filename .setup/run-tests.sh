#!/usr/bin/env bash
# run-tests.sh [pytest's arguments]: the whole suite, in two processes side by side.
#
# Tests of the window run one after the other on a screen of their own, for they need the focus;
# all others run beside them. xdist serves each process alone: it replaces one that dies, and goes
# on with the next test. What fails beside other work is tried once more, by itself.
set -eu -o pipefail
cd "$(dirname "$0")/.."

out=out
mkdir -p "$out"

# suite NAME MARKERS SCREEN [pytest's arguments]
suite() {
    local name=$1 markers=$2 screen=$3
    shift 3
    local python=(xvfb-run -a -n "$screen" -s "-screen 0 1440x900x24" .venv/bin/python -m pytest
        -o "cache_dir=.pytest_cache/$name" -m "$markers")
    local status=0
    "${python[@]}" -n 1 "$@" || status=$?
    if [ "$status" = 1 ]; then
        echo "what failed, once more by itself:"
        status=0
        "${python[@]}" --last-failed --last-failed-no-failures none "$@" || status=$?
    fi
    [ "$status" = 5 ] && status=0 # nothing was asked of this half
    return "$status"
}

failed=0
suite window window 100 "$@" >"$out/window-tests.log" 2>&1 &
suite others "not window" 200 "$@" || failed=1
wait $! || failed=1
echo "tests of the window:"
cat "$out/window-tests.log"
exit "$failed"
