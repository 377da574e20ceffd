"""The evaluation on stores of exact shapes, with a model whose answer is known."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from occstudio.datasets.shape_store import (
    LATTICE_POINTS,
    LATTICE_SIDE,
    STEP,
    ShapeRecord,
    ShapeStore,
    pack,
)
from occstudio.errors import Cancelled, OccStudioError, UnknownNameError
from occstudio.metrics import sample_surface
from occstudio.shapes.analytic import AnalyticField, AnalyticModel, box, sphere, union
from occstudio.shapes.field import Field
from occstudio.shapes.latent import Latent
from occstudio.training.evaluation import evaluate_model, score_model
from occstudio.training.evaluation_case import EvaluationSettings, draw_case, true_surface
from occstudio.training.poisson_baseline import PoissonBaseline, PoissonRecipe, outward_sign

Distance = Callable[[NDArray[np.float32]], NDArray[np.float32]]

QUICK = EvaluationSettings(samples=10_000, resolution=32)
SHALLOW = PoissonRecipe(depths=(5, 6))
STOOL = union(
    box((0.9, 0.1, 0.9), (0, 0.45, 0)),
    *(box((0.1, 0.9, 0.1), (0.38 * i, -0.05, 0.38 * k)) for i in (-1, 1) for k in (-1, 1)),
)


def blob_of(distance: Distance) -> bytes:
    """A shape as a store keeps it: distances on the lattice, and points on the surface."""
    axis = np.linspace(-LATTICE_SIDE / 2, LATTICE_SIDE / 2, LATTICE_POINTS, dtype=np.float32)
    lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    steps = np.clip(np.rint(distance(lattice) / STEP), -127, 127)
    sdf = steps.astype(np.int8).reshape((LATTICE_POINTS,) * 3)
    near = lattice[np.abs(steps) < 40]
    surface = near[np.random.default_rng(0).permutation(len(near))[:8000]]
    for _ in range(3):  # Newton's steps along the gradient
        gradient = AnalyticField(distance).gradient(surface) / -40
        surface = surface - distance(surface)[:, None] * gradient
    normals = AnalyticField(distance).gradient(surface) / -40
    return pack(sdf, surface.astype(np.float32), normals.astype(np.float32))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ShapeStore:
    """A ball and a stool to test on, and a ball that is for training."""
    records = [
        ShapeRecord("solids/ball", "Ball", "other", split="test"),
        ShapeRecord("solids/stool", "Stool", "stool", split="test"),
        ShapeRecord("solids/learnt", "Ball", "stool", split="train"),
    ]
    ball, stool = blob_of(sphere(0.5)), blob_of(STOOL)
    folder = tmp_path_factory.mktemp("store")
    return ShapeStore.write(folder, zip(records, [ball, stool, ball], strict=True))


@pytest.fixture(scope="module")
def poisson() -> Iterator[PoissonBaseline]:
    try:
        baseline = PoissonBaseline(SHALLOW)
    except OccStudioError as error:
        pytest.skip(str(error))
    with baseline:
        yield baseline


class NothingModel(AnalyticModel):
    """A model that finds nothing anywhere."""

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        return AnalyticField(lambda points: np.full(len(points), 0.1, np.float32))


def test_a_model_that_knows_the_ball_scores_almost_perfectly(store: ShapeStore) -> None:
    case = draw_case(store[0], EvaluationSettings(samples=30_000, noise=0, resolution=64))
    scores = score_model(AnalyticModel(), case)
    assert scores.iou > 0.98
    assert scores.normal_consistency > 0.98
    # Random samples leave gaps: no point within r of a place with probability exp(-n r^2 pi / A).
    assert scores.f_score == pytest.approx(1 - np.exp(-30_000 * 0.01**2), abs=0.01)
    # Two samples of one sphere of area pi are 0.5 sqrt(pi / n) apart.
    assert scores.chamfer_l1 == pytest.approx(0.5 * np.sqrt(np.pi / 30_000), rel=0.15)


def test_a_wrong_shape_scores_worse_in_everything(store: ShapeStore) -> None:
    ball, stool = (score_model(AnalyticModel(), draw_case(store[i], QUICK)) for i in (0, 2))
    assert stool.iou < 0.5 < ball.iou
    assert stool.chamfer_l1 > 2 * ball.chamfer_l1
    assert stool.f_score < ball.f_score
    assert stool.normal_consistency < ball.normal_consistency


def test_a_model_that_finds_nothing_gets_the_worst_and_no_exception(store: ShapeStore) -> None:
    scores = score_model(NothingModel(), draw_case(store[0], QUICK))
    assert (scores.iou, scores.f_score, scores.normal_consistency) == (0, 0, 0)
    assert scores.chamfer_l1 == pytest.approx(np.sqrt(3))


def test_a_fitted_frame_brings_the_mesh_back_to_the_shape(store: ShapeStore) -> None:
    # The fitted cube is smaller than the scan's, since noise widens the scan by some 4 %.
    settings = EvaluationSettings(samples=10_000, resolution=32, noise=0.01, frame="fit")
    scores = score_model(AnalyticModel(), draw_case(store[0], settings))
    assert scores.iou > 0.8
    assert scores.chamfer_l1 < 0.04


def test_the_threshold_moves_the_surface(store: ShapeStore) -> None:
    case = draw_case(store[0], QUICK)
    plain, fat = (score_model(AnalyticModel(), case, threshold=t) for t in (0.5, 0.02))
    assert fat.iou < plain.iou
    assert fat.f_score < plain.f_score


def test_a_case_depends_on_the_seed_and_the_id_only(store: ShapeStore) -> None:
    first, again = draw_case(store[2], QUICK), draw_case(store[2], QUICK)
    twin, other = (
        draw_case(store[1], QUICK),
        draw_case(store[2], EvaluationSettings(samples=10_000, seed=1)),
    )
    assert np.array_equal(first.scan, again.scan)
    assert np.array_equal(first.queries, again.queries)
    assert np.array_equal(first.reference.points, again.reference.points)
    assert not np.array_equal(first.queries, twin.queries)
    assert not np.array_equal(first.scan, other.scan)


def test_a_scan_has_the_noise_and_the_number_of_points_it_says(store: ShapeStore) -> None:
    case = draw_case(store[0], EvaluationSettings(points=5000, noise=0.02, samples=1000))
    off = np.linalg.norm(case.scan, axis=1) - 0.5
    assert len(case.scan) == 5000
    assert off.std() == pytest.approx(0.02, rel=0.05)


def test_the_true_surface_is_where_the_distance_says(store: ShapeStore) -> None:
    mesh = true_surface(store[0])
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(np.pi / 6, rel=0.01)
    radius = np.linalg.norm(sample_surface(mesh, 2000).points, axis=1)
    assert np.abs(radius - 0.5).max() < 0.001


def test_only_shapes_of_the_split_and_the_classes_are_scored(store: ShapeStore) -> None:
    every = evaluate_model(AnalyticModel(), store, classes=None, settings=QUICK, baselines=())
    furniture = evaluate_model(AnalyticModel(), store, settings=QUICK, baselines=())
    assert [row.id for row in every.rows] == ["solids/ball", "solids/stool"]
    assert [row.id for row in furniture.rows] == ["solids/stool"]


def test_a_split_without_shapes_and_an_unknown_baseline_are_refused(store: ShapeStore) -> None:
    with pytest.raises(OccStudioError, match="validation"):
        evaluate_model(AnalyticModel(), store, split="validation")
    with pytest.raises(UnknownNameError, match="poisson"):
        evaluate_model(AnalyticModel(), store, baselines=["poison"])


def test_progress_is_told_and_cancelling_stops(store: ShapeStore) -> None:
    class Impatient:
        def __init__(self) -> None:
            self.told: list[float] = []

        def check(self) -> None:
            if len(self.told) == 1:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None:
            self.told.append(fraction)

    watch = Impatient()
    with pytest.raises(Cancelled):
        evaluate_model(
            AnalyticModel(), store, classes=None, settings=QUICK, baselines=(), watch=watch
        )
    assert watch.told == [0.0]


def test_poisson_finds_the_ball_with_either_orientation(
    store: ShapeStore, poisson: PoissonBaseline
) -> None:
    rows = poisson.collect(poisson.submit(draw_case(store[0], QUICK)))
    best = next(row for row in rows if row.method == "Poisson")
    assert best.iou > 0.95
    assert best.normal_consistency > 0.95
    assert best.iou == max(row.iou for row in rows)
    assert {row.method for row in rows} == {
        "Poisson", "Poisson, trimmed", "Poisson, depth 5", "Poisson, depth 6"
    }  # fmt: skip


def test_model_and_poisson_stand_in_one_table(store: ShapeStore, poisson: PoissonBaseline) -> None:
    table = evaluate_model(
        AnalyticModel(), store, classes=None, settings=QUICK, recipe=poisson.recipe
    )
    assert table.methods[:2] == ["ellipsoid", "Poisson"]
    assert all(len(table.of(method)) == 2 for method in table.methods)
    # On the stool, an ellipsoid is no match.
    assert table.class_means("Poisson")["stool"].beats(table.class_means("ellipsoid")["stool"])


@pytest.mark.parametrize(
    ("start", "remedy"),
    [
        ("raise ModuleNotFoundError('no open3d', name='open3d')", r"occstudio\[baseline\]"),
        ("raise ImportError('libusb-1.0.so.0: no such file')", "libusb-1.0-0"),
        ("import os; os._exit(139)", "leave the baseline out"),
    ],
)
def test_a_package_that_does_not_work_is_said_with_its_remedy(
    start: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open3d.py").write_text(start)
    monkeypatch.syspath_prepend(str(tmp_path))  # spawned processes search where we do
    with pytest.raises(OccStudioError, match=remedy):
        PoissonBaseline(SHALLOW)


def test_normals_that_point_inward_are_recognised() -> None:
    points = sample_surface_of_a_cup()
    normals = points / np.linalg.norm(points, axis=1, keepdims=True)
    normals[np.linalg.norm(points, axis=1) < 0.45] *= -1  # the inner wall looks inward
    assert outward_sign(points, normals) == 1
    assert outward_sign(points, -normals) == -1


def sample_surface_of_a_cup() -> NDArray[np.float32]:
    """Points on two concentric half spheres of radius 0.5 and 0.4; most are on the inner one."""
    draw = np.random.default_rng(0).normal(size=(4000, 3))
    draw[:, 1] = -np.abs(draw[:, 1])
    radius = np.where(np.arange(4000) < 1000, 0.5, 0.4)[:, None]
    return (draw / np.linalg.norm(draw, axis=1, keepdims=True) * radius).astype(np.float32)
