"""Band widths of fields whose slope is known."""

import numpy as np
import pytest

from occstudio.extraction.certainty import band, band_widths
from occstudio.extraction.surface import extract_surface
from occstudio.shapes.analytic import AnalyticField, sphere
from occstudio.shapes.field import level_of


@pytest.mark.parametrize("sharpness", [10.0, 40.0, 160.0])
def test_the_band_of_a_ball_is_the_step_over_the_slope(sharpness: float) -> None:
    field = AnalyticField(sphere(0.4), sharpness=sharpness)
    mesh = extract_surface(field, resolution=64, refine_steps=2).mesh
    assert mesh.normals is not None
    widths = band_widths(field, mesh.vertices, mesh.normals, 0.5)
    true = (level_of(0.7) - level_of(0.3)) / sharpness
    assert widths == pytest.approx(np.full(len(widths), true), rel=0.01)


def test_the_width_is_the_distance_between_the_two_surfaces() -> None:
    field = AnalyticField(sphere(0.4), sharpness=30.0)
    low, high = band(0.4)
    outer, inner = (extract_surface(field, resolution=64, threshold=t).mesh for t in (low, high))
    middle = extract_surface(field, resolution=64, threshold=0.4).mesh
    assert middle.normals is not None
    widths = band_widths(field, middle.vertices, middle.normals, 0.4)
    apart = np.linalg.norm(outer.vertices, axis=1).mean()
    apart -= np.linalg.norm(inner.vertices, axis=1).mean()
    assert widths.mean() == pytest.approx(apart, rel=0.02)


def test_a_field_without_a_slope_is_as_unsure_as_can_be() -> None:
    flat = AnalyticField(lambda points: np.zeros(len(points), np.float32))
    points = np.zeros((4, 3), np.float32)
    up = np.tile(np.array([0, 1, 0], np.float32), (4, 1))
    assert band_widths(flat, points, up, 0.5) == pytest.approx(np.ones(4))


@pytest.mark.parametrize("threshold", [0.001, 0.5, 0.999])
def test_the_bands_thresholds_are_probabilities_in_order(threshold: float) -> None:
    low, high = band(threshold)
    assert 0 < low < high < 1
