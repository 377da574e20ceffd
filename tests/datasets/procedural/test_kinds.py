"""Every kind of procedural shape can be drawn, fits its frame and can be trusted."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.datasets.procedural import KINDS, draw
from occstudio.datasets.procedural.solid import ProceduralSolid

SEATS = {"chair", "windsor", "office_chair", "stool", "armchair", "sofa", "lounger", "bench"}


def thickness_share(solid: ProceduralSolid, rng: np.random.Generator) -> float:
    points, normals = solid.sample_surface(500, rng)
    return float(solid.occupancy(points - 0.008 * normals).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_solids_fill_the_unit_cube(kind: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        solid = draw(rng, kind)
        points, normals = solid.sample_surface(400, rng)
        inner, outer = points - 0.003 * normals, points + 0.003 * normals
        assert solid.kind
        assert points.shape == normals.shape == (400, 3)
        assert np.isfinite(points).all()
        assert (solid.occupancy(inner) & ~solid.occupancy(outer)).mean() >= 0.97
        low, high = solid.bounds()
        assert (high - low).max() == pytest.approx(1.0, abs=0.02)
        assert np.abs(low + high).max() < 0.02
        assert np.abs(points).max() < 0.515


@pytest.mark.parametrize("kind", KINDS)
def test_solids_are_thick_enough_to_be_seen(kind: str) -> None:
    # 0.8 % below the surface there is still material nearly everywhere.
    rng = np.random.default_rng(6)
    shares = [thickness_share(draw(rng, kind), rng) for _ in range(8)]
    assert min(shares) > 0.85


def test_the_same_seed_draws_the_same_solid() -> None:
    probe = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3))
    first, second = (draw(np.random.default_rng(9)) for _ in range(2))
    assert first.kind == second.kind
    assert np.array_equal(first.occupancy(probe), second.occupancy(probe))
    samples = [s.sample_surface(100, np.random.default_rng(1))[0] for s in (first, second)]
    assert np.array_equal(*samples)


def test_other_seeds_draw_other_solids() -> None:
    probe = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3))
    rng = np.random.default_rng(3)
    seen = {draw(rng, "chair").occupancy(probe).tobytes() for _ in range(20)}
    assert len(seen) == 20


def test_a_little_over_half_of_all_solids_are_seats() -> None:
    share = sum(weight for kind, weight in KINDS.items() if kind in SEATS) / sum(KINDS.values())
    assert 0.5 < share < 0.6


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="chair"):
        draw(np.random.default_rng(0), "spoon")
