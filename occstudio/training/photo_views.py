"""What a photo encoder learns from: rendered views, and the codes of the shapes they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.datasets.procedural import read_cache
from occstudio.datasets.render_store import RenderStore
from occstudio.datasets.shape_store import ShapeStore
from occstudio.datasets.training_samples import LabelledShape
from occstudio.errors import UnreadableFileError
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.camera import Camera
from occstudio.training.code_tuning import codes_of
from occstudio.training.photo_training import Mirrored, PhotoViews
from occstudio.training.sources import StoredSurface

Told = Callable[[str], None]


def read_photo_views(
    renders: Path,
    dataset: Path,
    space: ShapeSpace,
    *,
    cache: Path | None = None,
    real: float = 0.5,
    known: dict[str, Tensor] | None = None,
    told: Told | None = None,
) -> PhotoViews:
    """The training views that were rendered so far.

    Parameters
    ----------
    renders : Path
        Made by ``occstudio dataset render``.
    dataset : Path
        Labels of the real shapes.
    space : ShapeSpace
        Places the shapes: what the photos' encoder learns to answer.
    cache : Path, optional
        The procedural solids that were rendered; their views are left out without it.
    real : float
        Share of the views drawn that show real shapes.
    known : mapping of str to (L,), optional
        Codes of shapes by their id, better than where the encoder places them.
    told : callable, optional
        Given a line now and then.

    Raises
    ------
    UnreadableFileError
        If there are no views, or none that may be used.
    UnknownNameError
        If the data set lacks a shape.
    """
    store, labels = RenderStore.open(renders, "train"), ShapeStore.open(dataset)
    solids = None if cache is None else read_cache(cache)
    shapes: list[LabelledShape] = []
    names: list[str] = []
    kinds: list[str] = []
    photos: list[NDArray[np.uint8]] = []
    viewpoints: list[NDArray[np.float32]] = []
    shown: list[int] = []
    for number, rendered in enumerate(store.shapes):
        solid = rendered.solid
        if solid is None:
            shape: LabelledShape = StoredSurface(labels[labels.index_of(rendered.id)])
        elif solids is not None:
            shape = solids[solid]
        else:
            continue
        for view in range(len(rendered.offsets)):
            photos.append(over_white(store.pixels(number, view)))
            viewpoints.append(viewpoint(store.camera(number, view)))
            shown.append(len(shapes))
        shapes.append(shape)
        names.append(rendered.id)
        kinds.append(rendered.shape_class)
        if told is not None and len(shapes) % 500 == 0:
            told(f"{len(photos)} views of {len(shapes)} shapes read")
    if not shapes:
        raise UnreadableFileError(renders, "it shows no shape of this data set: render its shapes")
    if told is not None:
        told("placing the shapes in the space")
    codes = codes_of(space, shapes)
    for index, name in enumerate(names):
        if known is not None and name in known:
            codes[index] = known[name]
    mirrored = codes_of(space, [Mirrored(shape) for shape in shapes])
    shape_of = np.array(shown)
    is_real = np.array([not name.startswith("procedural/") for name in names])[shape_of]
    return PhotoViews(
        np.stack(photos),
        shape_of,
        shares(is_real, real),
        shapes,
        codes,
        mirrored,
        np.stack(viewpoints),
        tuple(kinds),
    )


def shares(is_real: NDArray[np.bool_], real: float) -> NDArray[np.float64]:
    """Chances (V,) of views, so that this share of those drawn shows real shapes."""
    count = int(is_real.sum())
    others = len(is_real) - count
    return np.where(is_real, real / max(count, 1), (1 - real) / max(others, 1))


def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Straight colours and opacity (S, S, 4) with white behind the colours."""
    opacity = pixels[..., 3:].astype(np.float32) / 255
    colours = pixels[..., :3] * opacity + 255 * (1 - opacity)
    return np.concatenate((np.rint(colours).astype(np.uint8), pixels[..., 3:]), -1)


def viewpoint(camera: Camera) -> NDArray[np.float32]:
    """Azimuth, elevation, roll (radians) and log distance of a camera that sees the cube."""
    x, y, z = camera.position
    distance = float(np.linalg.norm(camera.position))
    up = camera.rotation @ np.array([0.0, 1.0, 0.0])
    values = (np.arctan2(x, z), np.arcsin(y / distance), np.arctan2(up[0], -up[1]))
    return np.array([*values, np.log(distance)], np.float32)


def book_codes(folder: Path, dataset: Path) -> dict[str, Tensor]:
    """Codes of the training shapes by their id, from the book beside a space that was tuned.

    Empty if there is no book or it is one of other shapes.
    """
    from occstudio.datasets.furniture_catalogue import CLASSES, FURNITURE_CLASSES
    from occstudio.inference.library import CODES_FILE
    from occstudio.latents.code_book import CodeBook
    from occstudio.training.book_making import entries_of, training_rows

    path = folder / CODES_FILE
    if not path.is_file():
        return {}
    book, labels = CodeBook.read(path), ShapeStore.open(dataset)
    for classes in (FURNITURE_CLASSES, CLASSES):
        records = [labels.records[row] for row in training_rows(labels, classes)]
        if [entry.name for entry in entries_of(records)] == [entry.name for entry in book.entries]:
            codes = torch.from_numpy(np.array(book.codes))
            return {record.id: code for record, code in zip(records, codes, strict=True)}
    return {}
