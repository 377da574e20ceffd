"""Programs are killed while they save; what they said was safe is found again.

Nothing here depends on how fast the machine is: the one kind dies at each operation on the disk
in turn, by its own hand; the other is killed from outside, at once after it has said something.
"""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from occstudio.exchange.session_file import read_session
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio.autosave import recoverable
from occstudio.studio.studio import Studio
from tests.studio.session_victim import SAVED_EVERY, points

VICTIM = Path(__file__).with_name("session_victim.py")
KILLS = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows"),
]


def command(way: str, folder: Path) -> list[str]:
    return [sys.executable, str(VICTIM), way, str(folder)]


def safe_of(lines: list[str]) -> dict[str, int]:
    """The last step that was said to be safe, by kind."""
    safe = {"autosaved": 0, "saved": 0}
    for line in lines:
        kind, _, step = line.strip().partition(" ")
        if step:
            safe[kind] = int(step)
    return safe


def step_of(name: str) -> int:
    return int(name.removeprefix("step "))


def check(file: Path, safe: dict[str, int], before: int = 0) -> None:
    """Open and recover as the next start would; nothing that was safe may be missing."""
    studio = Studio(lambda name, device: AnalyticModel(), list)
    there = 0
    if file.exists():
        assert not read_session(file).is_damaged
        studio.session.open(file)
        item = studio.document.items[0]
        np.testing.assert_array_equal(item.source.observation.points, points())
        there = step_of(item.name)
        # Whole steps only: the one before, or one that may not have been told yet.
        assert there == before or there % SAVED_EVERY == 0
    if safe["saved"]:
        assert there >= safe["saved"]
    found = recoverable()
    newest = max(safe.values())
    # It may have died after saving and before it said so: then the file has it.
    if there < newest:
        assert found, f"step {newest} was safe, and nothing can be recovered"
        studio.session.recover(found[0])
        item = studio.document.items[0]
        np.testing.assert_array_equal(item.source.observation.points, points())
        assert step_of(item.name) >= newest
    for recovery in found:
        studio.session.discard(recovery)
    studio.session.new()
    studio.close()
    for recovery in recoverable():
        studio.session.discard(recovery)


def test_a_kill_at_any_operation_of_saving_loses_nothing_that_was_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run(command("inside", tmp_path), check=True, capture_output=True, text=True)
    moments = [int(line) for line in done.stdout.split()]
    # Four files are written whole: each is opened, written in pieces, synced and renamed.
    assert len(moments) > 40
    seen: set[tuple[int, int]] = set()
    for moment in moments:
        home = tmp_path / str(moment)
        safe = safe_of((home / "safe.txt").read_text().splitlines())
        seen.add((safe["autosaved"], safe["saved"]))
        monkeypatch.setenv("OCCSTUDIO_HOME", str(home))
        check(home / "session.occ", safe)
    # They died before anything was safe, between any two steps, and at last not at all.
    assert seen == {(0, 0), (1, 0), (2, 0), (3, 0), (3, 3)}


def test_a_kill_from_outside_loses_nothing_that_was_safe(tmp_path: Path) -> None:
    random_lines = random.Random(5)
    file, before = tmp_path / "session.occ", 0
    for _ in range(KILLS):
        safe = killed_after(tmp_path, random_lines.randint(1, 12))
        check(file, safe, before)
        if file.exists():
            before = step_of(read_session(file).document["items"][0]["name"])


def killed_after(folder: Path, lines: int) -> dict[str, int]:
    """Kill a victim as soon as it has said so many lines; it is in the middle of something."""
    victim = subprocess.Popen(command("outside", folder), stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    try:
        said = [victim.stdout.readline() for _ in range(lines)]
    finally:
        victim.send_signal(signal.SIGKILL)
        rest = victim.stdout.read()
        victim.stdout.close()
        victim.wait()
    assert said[0].startswith("autosaved"), said
    # The last line may have been cut off.
    return safe_of([*said, *rest.split("\n")[:-1]])
