"""Previews keep to their time: what runs late is given up for what is known."""

import time

import pytest

from occstudio.extraction.preview import NESTED
from occstudio.shapes.analytic import AnalyticField, torus
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field
from occstudio.shapes.watch import UNWATCHED
from occstudio.studio.sampling import PREVIEW_S, Sampling


class SlowField:
    """A torus whose points take as long as one says, in small batches."""

    batch = 256
    box = Box.cube(1.1)

    def __init__(self) -> None:
        self._inner = AnalyticField(torus(0.3, 0.12), self.box)
        self.gradient, self.sloped = self._inner.gradient, self._inner.sloped
        self.cost_s = 0.0
        self.asked = 0

    def __call__(self, points: Points) -> Values:
        self.asked += len(points)
        until = time.perf_counter() + self.cost_s * len(points)
        while time.perf_counter() < until:
            pass
        return self._inner(points)

    def rough(self, points: Points) -> Values:
        """The field itself."""
        return self(points)


@pytest.fixture
def field() -> SlowField:
    return SlowField()


@pytest.fixture
def sampling(field: Field) -> Sampling:
    """All is known of the surface at one half."""
    made = Sampling(field)
    made.surface(128, 0.5, UNWATCHED, refine=False)
    return made


def test_the_first_preview_of_a_quick_field_is_as_fine_as_its_known_grids(
    sampling: Sampling,
) -> None:
    assert sampling.preview(128, 0.5, UNWATCHED)[1] == 64


def test_a_preview_that_would_be_late_is_given_up_for_what_is_known(
    sampling: Sampling, field: SlowField
) -> None:
    field.cost_s = PREVIEW_S / 256
    field.asked = 0
    found, resolution = sampling.preview(128, 0.9, UNWATCHED)
    assert resolution == NESTED
    assert len(found.mesh.faces) > 30
    assert field.asked <= 256


def test_what_a_late_preview_was_answered_is_not_asked_again(
    sampling: Sampling, field: SlowField
) -> None:
    field.cost_s = PREVIEW_S / 256
    sampling.preview(128, 0.9, UNWATCHED)
    field.cost_s, field.asked = 0.0, 0
    sampling.surface(64, 0.9, UNWATCHED, refine=False)
    rest = field.asked
    fresh = SlowField()
    other = Sampling(fresh)
    other.surface(128, 0.5, UNWATCHED, refine=False)
    fresh.asked = 0
    other.surface(64, 0.9, UNWATCHED, refine=False)
    assert 0 < rest < fresh.asked


@pytest.mark.parametrize("wanted", [8, 30, 48, 96, 200])
def test_a_preview_is_never_finer_than_wanted_and_asks_for_no_lattice_of_its_own(
    sampling: Sampling, field: SlowField, wanted: int
) -> None:
    field.asked = 0
    resolution = sampling.preview(wanted, 0.5, UNWATCHED)[1]
    assert resolution <= wanted
    assert field.asked == 0 or wanted < NESTED
