"""A surface is held together by the threshold, as high as that can be."""

from collections.abc import Callable

import numpy as np
import pytest

from occstudio.errors import NoSurfaceError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import Extraction, extract_surface
from occstudio.extraction.wholeness import (
    LADDER,
    WHOLE,
    extract_imagined,
    imagined_threshold,
    volume_share,
    whole,
    without_crumbs,
)
from occstudio.shapes.analytic import AnalyticField, AnalyticModel, box, sphere, union
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh

SEAT, REST = box((0.6, 0.1, 0.6), (0, -0.1, 0)), box((0.6, 0.4, 0.1), (0, 0.3, 0))
BRIDGE = box((0.1, 0.4, 0.1), (0, 0.05, 0))


def _chair(belief: float) -> Field:
    """A seat and a rest that are sure, and a stick between them that is believed so much."""
    least = level_of(belief)

    def distance(points: Points) -> Values:
        sure = union(SEAT, REST)(points)
        stick = np.maximum(BRIDGE(points), -least / 40)  # 40 logits a unit: see AnalyticField
        return np.minimum(sure, stick)

    return AnalyticField(distance)


def _extracting(field: Field, tried: list[float]) -> Callable[[float], Extraction]:
    lattice = Lattice(field)

    def extract(threshold: float) -> Extraction:
        tried.append(threshold)
        return extract_surface(
            field, resolution=64, threshold=threshold, normals=False, lattice=lattice
        )

    return extract


@pytest.mark.parametrize(("belief", "expected"), [(0.9, 0.5), (0.35, 0.3), (0.12, 0.1)])
def test_the_highest_threshold_that_holds_it_together_is_found(
    belief: float, expected: float
) -> None:
    tried: list[float] = []
    found, threshold = whole(_extracting(_chair(belief), tried), 0.5)
    assert threshold == expected
    assert volume_share(found.mesh) == pytest.approx(1)
    assert tried == [0.5, *(step for step in LADDER if expected <= step < 0.5)]


def test_what_is_never_whole_stays_as_it_was_wished() -> None:
    two = AnalyticField(union(sphere(0.15, (0.3, 0, 0)), sphere(0.15, (-0.3, 0, 0))))
    found, threshold = whole(_extracting(two, []), 0.5)
    assert threshold == 0.5
    assert volume_share(found.mesh) == pytest.approx(0.5, abs=0.01)


def test_what_is_too_faint_for_the_wish_appears_and_nothing_at_all_is_an_error() -> None:
    faint = AnalyticField(lambda points: np.maximum(sphere(0.3)(points), -level_of(0.25) / 40))
    _, threshold = whole(_extracting(faint, []), 0.5)
    assert threshold == 0.2
    with pytest.raises(NoSurfaceError):
        whole(
            _extracting(AnalyticField(lambda points: 0 * points[:, 0] + 1), []),
            0.5,
        )


def test_a_cavity_is_no_piece() -> None:
    shell = AnalyticField(lambda points: np.abs(sphere(0.35)(points)) - np.float32(0.1))
    mesh = extract_surface(shell, resolution=64, normals=False).mesh
    assert volume_share(mesh) == 1
    assert volume_share(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))) == 0


def test_crumbs_are_left_out_and_large_pieces_are_not() -> None:
    def surface(*radii: float) -> Mesh:
        balls = [sphere(radius, (0.3 * n - 0.3, 0, 0)) for n, radius in enumerate(radii)]
        return extract_surface(AnalyticField(union(*balls)), resolution=64, normals=False).mesh

    alone = surface(0.14)
    without = without_crumbs(surface(0.14, 0.03))
    assert without.volume == pytest.approx(alone.volume, rel=1e-3)
    assert len(without.vertices) == len(alone.vertices)
    assert without_crumbs(alone) is alone
    two = surface(0.14, 0.08)
    assert without_crumbs(two) is two


def test_what_is_thin_and_long_is_no_crumb() -> None:
    def surface(length: float) -> Mesh:
        def leg(points: np.ndarray) -> np.ndarray:
            x, y, z = points.T
            beside = np.hypot(x, z) - np.float32(0.03)
            return np.maximum(beside, np.abs(y + 0.3) - np.float32(length / 2))

        seat = sphere(0.25, (0, 0.15, 0))
        return extract_surface(AnalyticField(union(seat, leg)), resolution=64, normals=False).mesh

    whole = surface(0.2)
    assert volume_share(whole) > WHOLE
    assert without_crumbs(whole) is whole
    short = without_crumbs(surface(0.06))
    assert short.vertices[:, 1].min() > -0.15


def test_a_shape_that_nobody_made_begins_at_a_lower_threshold() -> None:
    assert (imagined_threshold(0.5), imagined_threshold(0.2)) == (0.3, 0.2)
    latent = Latent({"radii": np.full(3, 0.3, np.float32)}, AnalyticModel.card.name)
    found, threshold = extract_imagined(AnalyticModel(), latent, resolution=48)
    assert threshold == 0.3
    assert found.mesh.normals is not None
