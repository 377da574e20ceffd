"""Programs are killed at random moments while they save; what they said was safe is found again."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from occstudio.exchange.session_file import read_session
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio.autosave import recoverable
from occstudio.studio.studio import Studio

VICTIM = Path(__file__).with_name("session_victim.py")
KILLS = 12


def kill_after(folder: Path, seconds: float) -> dict[str, int]:
    """Start a victim, kill it, and return the last step that it said was safe, by kind."""
    victim = subprocess.Popen(
        [sys.executable, str(VICTIM), str(folder)], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert victim.stdout is not None
    try:
        first = victim.stdout.readline()
        assert first.startswith(b"autosaved"), first
        time.sleep(seconds)
    finally:
        victim.send_signal(signal.SIGKILL)
        lines = [first, *victim.stdout.read().split(b"\n")]
        victim.stdout.close()
        victim.wait()
    safe = {"autosaved": 0, "saved": 0}
    for line in lines:
        kind, _, step = line.decode().strip().partition(" ")
        if step:
            safe[kind] = int(step)
    return safe


def step_of(name: str) -> int:
    return int(name.removeprefix("step "))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_kill_at_any_moment_loses_nothing_that_was_safe(tmp_path: Path) -> None:
    moments = random.Random(5)
    file = tmp_path / "session.occ"
    points = np.random.default_rng(0).normal(size=(50_000, 3))
    for _ in range(KILLS):
        before = read_session(file).document["items"][0]["name"] if file.exists() else "step 0"
        safe = kill_after(tmp_path, moments.uniform(0.0, 0.4))
        studio = Studio(lambda name, device: AnalyticModel(), list)
        if file.exists():
            parts = read_session(file)
            assert not parts.is_damaged
            studio.session.open(file)
            item = studio.document.items[0]
            np.testing.assert_array_equal(item.source.observation.points, points)
            if safe["saved"]:
                assert step_of(item.name) >= safe["saved"]
            else:
                assert item.name == before or step_of(item.name) == 3
        found = recoverable()
        newest = max(safe["autosaved"], safe["saved"])
        # It may have died after saving and before it said so: then the file has it.
        there = step_of(studio.document.items[0].name) if studio.document.items else 0
        if there < newest:
            studio.session.recover(found[0])
            item = studio.document.items[0]
            np.testing.assert_array_equal(item.source.observation.points, points)
            assert step_of(item.name) >= newest
        for recovery in found:
            studio.session.discard(recovery)
        studio.session.new()
        studio.close()
        for recovery in recoverable():
            studio.session.discard(recovery)
