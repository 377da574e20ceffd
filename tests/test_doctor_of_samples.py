"""The doctor with the shipped model: silent on the bundled scans, and it speaks on damaged ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from occstudio import paths
from occstudio.inference.library import list_models, load_model
from occstudio.studio import edits
from occstudio.studio.diagnosis import Diagnosis
from occstudio.studio.doctor import Checkup
from occstudio.studio.studio import Studio

Cloud = NDArray[np.float64]
SAMPLES = ("chair", "bunk-bed", "piano-bench")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not any(paths.bundled_models().iterdir()), reason="no model is bundled"),
]


def diagnosed(folder: Path, points: Cloud) -> Diagnosis:
    """What the doctor says unasked, after a surface was made."""
    studio = Studio(load_model, list_models)
    np.save(folder / "scan.npy", points)
    studio.open_files([folder / "scan.npy"])
    item = studio.document.items[0]
    studio.apply(edits.set_resolution((item.id,), 64))
    studio.apply(edits.set_refine((item.id,), False))
    studio.refresh_models()
    item = studio.document.items[0]
    answers: list[Diagnosis] = []
    studio.inquiries.diagnosis.answered.subscribe(answers.append)
    result = studio.result_of(item) if studio.is_current(item) else None
    studio.inquiries.diagnosis.ask(
        Checkup(item, result, studio.failures.get(item.id), studio.models, "cpu")
    )
    studio.close()
    return answers[-1]


def sample(name: str) -> Cloud:
    return np.asarray(trimesh.load(paths.samples() / f"{name}.ply").vertices, np.float64)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_doctor_is_silent_on_a_bundled_scan(name: str, tmp_path: Path) -> None:
    diagnosis = diagnosed(tmp_path, sample(name))
    assert not diagnosis.is_worrying, [(found.code, found.measured) for found in diagnosis.findings]


def few(points: Cloud) -> Cloud:
    return points[np.random.default_rng(0).choice(len(points), 60, replace=False)]


def noisy(points: Cloud) -> Cloud:
    side = np.ptp(points, axis=0).max()
    return points + np.random.default_rng(1).normal(scale=0.04 * side, size=points.shape)


def with_wall(points: Cloud) -> Cloud:
    """Before a wall three times as large, as a scanner sees it that stands in a room."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max()
    wall = np.random.default_rng(2).uniform(-1.5, 1.5, (len(points), 3)) * side
    wall[:, 2] = -side
    return np.concatenate([points, wall + (low + high) / 2])


def with_outliers(points: Cloud) -> Cloud:
    strays = np.random.default_rng(3).normal(size=(5, 3))
    strays *= 6 * np.ptp(points, axis=0).max() / np.linalg.norm(strays, axis=1, keepdims=True)
    return np.concatenate([points, strays + points.mean(axis=0)])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        (few, {"few"}),
        (noisy, {"noisy"}),
        (with_wall, {"missed", "touching", "fragments", "outside", "stray"}),
        (with_outliers, {"stray"}),
    ],
)
def test_the_doctor_speaks_on_a_damaged_scan(
    name: str, damage: Callable[[Cloud], Cloud], codes: set[str], tmp_path: Path
) -> None:
    diagnosis = diagnosed(tmp_path, damage(sample(name)))
    assert diagnosis.codes & codes, [(found.code, found.measured) for found in diagnosis.findings]


@pytest.mark.parametrize("name", SAMPLES)
def test_stray_points_are_cropped_by_one_click(name: str, tmp_path: Path) -> None:
    diagnosis = diagnosed(tmp_path, with_outliers(sample(name)))
    assert next(found for found in diagnosis.findings if found.code == "stray").remedy is not None
