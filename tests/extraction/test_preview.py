"""Previews are as fine as the budget allows."""

from occstudio.extraction.lattice import Lattice
from occstudio.extraction.preview import RESOLUTIONS, expected_evaluations, preview_resolution
from occstudio.shapes.analytic import AnalyticField, torus


def test_a_slower_field_gives_a_coarser_preview() -> None:
    chosen = [preview_resolution(cost, 0.04) for cost in (1e-9, 2e-7, 5e-7, 2e-6, 1e-5, 1e-2)]
    assert chosen == sorted(chosen, reverse=True)
    assert chosen[0] == RESOLUTIONS[-2] or chosen[0] in RESOLUTIONS
    assert chosen[-1] == RESOLUTIONS[0]


def test_the_expected_count_is_near_the_real_one() -> None:
    for resolution in (32, 64, 128):
        lattice = Lattice(AnalyticField(torus(0.3, 0.12)))
        lattice.sample(resolution, 0.0)
        assert 0.6 < lattice.evaluations / expected_evaluations(resolution) < 1.3
