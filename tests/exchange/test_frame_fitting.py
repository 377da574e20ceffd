"""The box forgets far strays and never clips what belongs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from occstudio.exchange.frame_fitting import fit_frame, inlier_mask
from occstudio.shapes.frame import Frame

Cloud = NDArray[np.float64]


def _sphere(count: int, generator: np.random.Generator) -> Cloud:
    points = generator.normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True) / 2


def _box(size: tuple[float, float, float], count: int, generator: np.random.Generator) -> Cloud:
    """Points on a box's surface, evenly by area, its lowest corner at the origin."""
    sides = np.array(size)
    areas = np.array([sides[1] * sides[2], sides[0] * sides[2], sides[0] * sides[1]])
    axis = generator.choice(3, count, p=areas / areas.sum())
    points = generator.random((count, 3))
    points[np.arange(count), axis] = generator.integers(0, 2, count)
    return points * sides


def _floor_lamp(count: int, generator: np.random.Generator) -> Cloud:
    """A plate, a shade, and a pole of two centimetres between them, evenly by area."""
    parts = [((0.3, 0.02, 0.3), (-0.15, 0, -0.15)), ((0.02, 1.3, 0.02), (-0.01, 0.02, -0.01)),
             ((0.35, 0.3, 0.35), (-0.175, 1.3, -0.175))]  # fmt: skip
    areas = np.array([a * b + b * c + c * a for (a, b, c), _ in parts])
    shares = generator.multinomial(count, areas / areas.sum())
    return np.vstack(
        [_box(size, n, generator) + at for (size, at), n in zip(parts, shares, strict=True)]
    )


def _room(count: int, generator: np.random.Generator) -> Cloud:
    """A room as a scanner in a corner sees it: dense near by, thin far off."""
    directions = generator.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    low, high = np.array([-0.5, -1.5, -0.5]), np.array([11.0, 1.2, 7.0])
    with np.errstate(divide="ignore"):
        reach = np.where(directions > 0, high / directions, low / directions).min(axis=1)
    return directions * reach[:, None]


_CLEAN = {"sphere": _sphere, "lamp": _floor_lamp, "room": _room,
          "slab": lambda n, g: _box((2, 0.01, 1), n, g),
          "rod": lambda n, g: _box((0.01, 3, 0.01), n, g)}  # fmt: skip


@pytest.mark.parametrize("count", [50, 300, 3000, 60_000])
@pytest.mark.parametrize("shape", [*_CLEAN])
def test_a_clean_cloud_is_never_clipped(shape: str, count: int) -> None:
    for seed in range(5):
        points = _CLEAN[shape](count, np.random.default_rng(seed))
        fitted = fit_frame(points, up="+z", unit="mm")
        assert fitted.frame == Frame.fit(points, up="+z", unit="mm")
        assert fitted.outliers == 0


def test_two_things_apart_are_both_kept() -> None:
    generator = np.random.default_rng(0)
    pair = np.vstack([_sphere(4000, generator), _sphere(400, generator) * 0.2 + [9, 0, 0]])
    assert inlier_mask(pair) is None


@pytest.mark.parametrize("unit", [0.001, 1.0, 1000.0])
@pytest.mark.parametrize("count", [300, 3000, 100_000])
@pytest.mark.parametrize("strays", [1, 5, 20])
def test_a_few_far_strays_do_not_move_the_box(count: int, strays: int, unit: float) -> None:
    generator = np.random.default_rng(count + strays)
    cloud = _sphere(count, generator) * unit + np.array([500000, 4500000, 100]) * unit
    far = generator.normal(size=(strays, 3))
    far *= generator.uniform(5, 1000, (strays, 1)) / np.linalg.norm(far, axis=1, keepdims=True)
    points = np.vstack([cloud, far * unit + cloud.mean(axis=0)])
    fitted = fit_frame(points)
    truth = Frame.fit(cloud)
    assert fitted.outliers == strays
    assert fitted.frame.scale == pytest.approx(truth.scale, rel=0.01)
    np.testing.assert_allclose(fitted.frame.center, truth.center, atol=0.01 * unit, rtol=0)


def test_a_clump_of_strays_at_one_far_place_is_left_out() -> None:
    generator = np.random.default_rng(1)
    clump = np.array([40.0, 0, 0]) + generator.normal(size=(12, 3)) * 1e-3
    fitted = fit_frame(np.vstack([_sphere(5000, generator), clump]))
    assert fitted.outliers == 12
    assert fitted.frame.scale == pytest.approx(1, rel=0.01)


def test_one_absurd_coordinate_overflows_nothing() -> None:
    points = np.vstack([_sphere(1000, np.random.default_rng(2)), [[1e15, -1e15, 1e15]]])
    fitted = fit_frame(points)
    assert fitted.outliers == 1
    assert fitted.frame.scale == pytest.approx(1, rel=0.01)
