"""A page of photos: what was seen, what was made of it from three sides, and the truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from occstudio.shapes.mesh import Mesh
    from occstudio.training.photo_evaluation import PhotoExample

_SIDE: Final = 160
_PAPER: Final = (245, 243, 239)


class PhotoSheet:
    """Collects a row for each photo."""

    def __init__(self) -> None:
        self._pictures: list[NDArray[np.uint8]] = []
        self._titles: list[str] = []

    def add(self, example: PhotoExample) -> None:
        """Add the photo, its result from the photo's side and from two others, and the truth."""
        self._pictures.append(_on_paper(example.photo.pixels))
        for turn in (0, 120, 240):
            self._pictures.append(_seen(example.mesh, example.azimuth + turn, example.elevation))
        self._pictures.append(_seen(example.truth, example.azimuth, example.elevation))
        name = example.photo.name.rpartition("/")[2]
        self._titles += [name, f"IoU {example.iou:.2f}", "", "", "truth"]

    def write(self, path: Path) -> None:
        """Write the page.

        Raises
        ------
        UnwritableFileError
            If that can't be.
        """
        from occstudio.exchange.film import write_picture
        from occstudio.gui.view.portrait import sheet

        write_picture(path, sheet(self._pictures, self._titles, columns=10))


def _on_paper(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image as Pillow

    picture = Pillow.fromarray(pixels).convert("RGBA").resize((_SIDE, _SIDE))
    paper = Pillow.new("RGBA", (_SIDE, _SIDE), (*_PAPER, 255))
    return np.asarray(Pillow.alpha_composite(paper, picture).convert("RGB"))


def _seen(mesh: Mesh | None, azimuth: float, elevation: float) -> NDArray[np.uint8]:
    from occstudio.gui.view.orbit_camera import OrbitCamera
    from occstudio.gui.view.portrait import portrait

    return portrait(mesh, _SIDE, OrbitCamera(azimuth=azimuth, elevation=elevation, distance=2.4))
