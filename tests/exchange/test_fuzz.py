"""Damaged files of every format end in one sentence: no death, no traceback, no gigabytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = Path(__file__).with_name("fuzz_child.py")
_ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")


def _fuzz(file: Path, count: int, seed: int) -> dict[str, object]:
    run = subprocess.run(
        [sys.executable, str(_CHILD), str(file), str(count), str(seed)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1",
             "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, f"the reader's process died ({run.returncode}):\n{run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])


def test_forty_mutants_of_a_file_neither_kill_nor_escape_as_a_traceback(any_file: Path) -> None:
    report = _fuzz(any_file, 40, seed=1)
    assert report["wrong"] == []
    assert report["read"] + report["refused"] == 40
    assert report["read"] > 0
    assert report["refused"] > 0


@pytest.mark.slow
def test_five_thousand_mutants_of_all_formats_neither_kill_nor_escape(any_file: Path) -> None:
    # twenty formats
    report = _fuzz(any_file, 250, seed=2)
    assert report["wrong"] == []
    assert report["read"] + report["refused"] == 250
