"""What every test stands on: its own home folder, seeds, few threads, and nothing left behind.

The idea: a test fails for what it leaves (a thread, a running timer, a window) and for what it
says (a logged warning that it did not announce), not only for what it asserts. A leak found in
the test that made it costs a minute; found three tests later, as a crash, it costs a day.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

# Before anything imports torch, numba or VTK. Threads that spin while they wait make two
# processes on two cores slower than one.
_THREADS = 1 if "PYTEST_XDIST_WORKER" in os.environ else min(2, os.cpu_count() or 1)
os.environ.setdefault("OMP_NUM_THREADS", str(_THREADS))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Modules that look for their folders while they are imported must not find the person's own.
os.environ["OCCSTUDIO_HOME"] = tempfile.mkdtemp(prefix="occstudio-tests-")

# Threads that libraries keep for the life of the process, by the beginning of their names.
_LASTING_THREADS = (
    "Dummy-",  # a C++ thread (Qt, VTK) that called into Python once
    "QThread",
    "TMonitor",
    "pytest_timeout",
    "raylet",
)
# Top-level widgets that Qt makes for itself and keeps.
_QT_OWN_WIDGETS = frozenset({"QTipLabel", "QDesktopWidget", "QComboBoxPrivateContainer"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the window, which run in one process: they need the focus."""
    for item in items:
        if "gui" in item.path.parts:
            item.add_marker(pytest.mark.window)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, what this machine cannot run."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device on this machine")
    if (
        REPOSITORY / "tests" / "gui" in item.path.parents
        and sys.platform == "linux"
        and "DISPLAY" not in os.environ
        and "CI" not in os.environ
    ):
        pytest.skip("no display: `make test` gives these tests a virtual one")


# ------------------------------------------------------------------------------ for tests to use


@pytest.fixture(scope="session")
def repository() -> Path:
    """Top of the checkout."""
    return REPOSITORY


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that starts alike in every test."""
    return np.random.default_rng(20240229)


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Path]:
    """Find a golden file that is too large for this repository, or skip the test.

    They lie in the folder that OCCSTUDIO_GOLDEN names, or in ``shared/golden`` beside the
    checkout. Small ones that a test cannot do without are in tests/data.
    """
    folder = Path(
        os.environ.get("OCCSTUDIO_GOLDEN", REPOSITORY.parent / "shared" / "golden")
    ).expanduser()

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"golden file {name!r} is not in {folder} (set OCCSTUDIO_GOLDEN)")
        return path

    return find


@pytest.fixture
def one_torch_thread() -> Iterator[None]:
    """One torch thread for this test: sums come out in one order, bit for bit."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# -------------------------------------------------------------------------------- around each test


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, models and autosaves of this test go to a folder of its own."""
    monkeypatch.setenv("OCCSTUDIO_HOME", str(tmp_path / "occstudio-home"))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Start the global generators alike, for libraries that draw from them unasked."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - trimesh and others still draw from it
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or an error it did not announce with `expects_log`."""
    expected = [marker.args[0] for marker in request.node.iter_markers("expects_log")]
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    yield
    root.removeHandler(recorder)
    unexpected = [
        line for line in recorder.lines if not any(re.search(pattern, line) for pattern in expected)
    ]
    if unexpected:
        pytest.fail("unexpected log: " + "; ".join(unexpected), pytrace=False)
    for pattern in expected:
        if not any(re.search(pattern, line) for line in recorder.lines):
            pytest.fail(f"expected a log that matches {pattern!r}, none came", pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_thread() -> Iterator[None]:
    """Fail a test that leaves a thread running; one that is just ending gets two seconds."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2.0
    for thread in _new_threads(before):
        thread.join(max(0.0, deadline - time.monotonic()))
    left = _new_threads(before)
    if left:
        pytest.fail(f"threads left running: {[thread.name for thread in left]}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_widget(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of the window that leaves a top-level widget alive or a timer running.

    pytest-qt closes what `qtbot.addWidget` was told of before fixtures end; what is left after
    that is a leak.
    """
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("qapp")
    before = [*_top_level_widgets(), *_running_timers()]  # kept, so that no id is given twice
    known = {id(obj) for obj in before}
    yield
    _delete_deferred()
    widgets = [w for w in _top_level_widgets() if id(w) not in known]
    timers = [t for t in _running_timers() if id(t) not in known]
    if widgets:
        names = [f"{type(w).__name__} {w.objectName()!r}" for w in widgets]
        for widget in widgets:  # so that the next test does not pay for this one
            widget.close()
            widget.deleteLater()
        _delete_deferred()
        pytest.fail(f"top-level widgets left alive: {names}", pytrace=False)
    if timers:
        names = [f"{t.objectName()!r} ({t.interval()} ms)" for t in timers]
        for timer in timers:
            timer.stop()
        pytest.fail(f"timers left running: {names}", pytrace=False)


# ------------------------------------------------------------------------------------------ private


class _Recorder(logging.Handler):
    """Keeps the text of every warning and error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before and not thread.name.startswith(_LASTING_THREADS)
    ]


def _top_level_widgets() -> list[Any]:
    from PySide6.QtWidgets import QApplication

    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.metaObject().className() not in _QT_OWN_WIDGETS
    ]


def _running_timers() -> list[Any]:
    import shiboken6
    from PySide6.QtCore import QTimer

    # type(), not isinstance(): the latter asks the object, and lazy proxies answer by loading.
    timers = [obj for obj in gc.get_objects() if issubclass(type(obj), QTimer)]
    return [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()]


def _delete_deferred() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(2):  # a deletion may free what lets another one go
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()
