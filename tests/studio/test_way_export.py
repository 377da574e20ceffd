"""The shapes along a way are written as meshes, as steps of an animation, and as a film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from occstudio.errors import Cancelled, UnknownNameError
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.extraction.wholeness import imagined_threshold
from occstudio.latents.code_book import CODE
from occstudio.shapes.analytic import AnalyticField
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED
from occstudio.studio.way_export import write_way
from tests.ellipsoid_space import NAME, EllipsoidSpace


def growing(count: int = 4) -> list[Latent]:
    sizes = np.linspace(0.2, 0.4, count)
    return [Latent({CODE: np.log(np.full(3, size, np.float32))}, NAME) for size in sizes]


def draw(mesh: Mesh | None) -> NDArray[np.uint8]:
    """A bar as long as the shape is wide."""
    picture = np.zeros((8, 100, 3), np.uint8)
    if mesh is not None:
        picture[:, : round(100 * float(np.ptp(mesh.vertices[:, 0])))] = 255
    return picture


def test_meshes_are_numbered_in_a_folder(tmp_path: Path) -> None:
    made = write_way(
        growing(), EllipsoidSpace(), tmp_path / "way.ply", draw=draw, watch=UNWATCHED, resolution=32
    )
    names = sorted(path.name for path in made.iterdir())
    assert made == tmp_path / "way"
    assert names == [f"way-{number:04d}.ply" for number in range(1, 5)]
    widths = [np.ptp(read_mesh(made / name).vertices[:, 0]) for name in names]
    # Shapes that nobody made begin at a lower threshold: 40 logits a unit, on either side.
    wider = -2 * level_of(imagined_threshold(0.5)) / 40
    assert widths == pytest.approx(
        [0.4 + wider, 0.533 + wider, 0.667 + wider, 0.8 + wider], abs=0.01
    )


def test_a_film_has_a_frame_for_each_shape(tmp_path: Path) -> None:
    path = tmp_path / "way.gif"
    write_way(growing(), EllipsoidSpace(), path, draw=draw, watch=UNWATCHED, resolution=32)
    with Image.open(path) as film:
        assert film.n_frames == 4  # type: ignore[attr-defined]


def test_a_shape_without_a_surface_leaves_its_place_empty(tmp_path: Path) -> None:
    class Holed(EllipsoidSpace):
        def field(self, latent: Latent, time: float = 0.0) -> Field:
            if latent.arrays[CODE].max() > -1.9:
                return super().field(latent, time)
            return AnalyticField(lambda points: np.ones(len(points), np.float32))

    latents = growing()
    latents[1] = Latent({CODE: np.full(3, -2, np.float32)}, NAME)
    made = write_way(
        latents, Holed(), tmp_path / "way.obj", draw=draw, watch=UNWATCHED, resolution=32
    )
    assert [path.name[-8:] for path in sorted(made.iterdir())] == [
        "0001.obj",
        "0003.obj",
        "0004.obj",
    ]


def test_a_cancelled_film_leaves_nothing(tmp_path: Path) -> None:
    class Impatient:
        asked = 0

        def check(self) -> None:
            self.asked += 1
            if self.asked > 20:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None:
            assert stage.endswith("of 4")
            assert fraction < 1

    with pytest.raises(Cancelled):
        write_way(growing(), EllipsoidSpace(), tmp_path / "way.gif", draw=draw, watch=Impatient())
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_offers_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="glb"):
        write_way(growing(), EllipsoidSpace(), tmp_path / "way.gbl", draw=draw, watch=UNWATCHED)
