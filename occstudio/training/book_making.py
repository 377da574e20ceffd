"""From a trained space of shapes to a model with a book: codes, whose they are, and measures.

What is measured of each shape (height, width, ...) names the directions in which it can be steered.
All is read from the labels: extents from the surface, thickness and openness from the solid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from occstudio.datasets.procedural.cache import SolidCache
from occstudio.datasets.shape_store import CELL, ShapeRecord, ShapeStore, StoredShape
from occstudio.errors import UnwritableFileError
from occstudio.inference.checkpoint import weights_version, write_checkpoint
from occstudio.inference.library import CODES_FILE, MODEL_FILE
from occstudio.latents.code_book import CodeBook, CodeEntry, Codes
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.model_card import ModelCard

ATTRIBUTES: Final = ("height", "width", "depth", "volume", "thickness", "openness", "arms")
"""What `measures` gives, in fractions of the longest side or of the box."""

SAME_CLASS: Final = {
    "windsor": "chair",
    "office_chair": "chair",
    "lounger": "chair",
    "storage": "cabinet",
}
"""Kinds of procedural furniture that have no class of their own in the catalogue."""


def measures(shape: StoredShape) -> NDArray[np.float32]:
    """The `ATTRIBUTES` of a shape; NaN where one makes no sense for its class."""
    record = shape.record
    width, height, depth = (2 * side for side in record.half_extent)
    solid = shape.sdf < 0
    inward = np.asarray(ndimage.distance_transform_edt(solid), np.float64)
    within = inward[solid] * CELL
    thickness = float(2 * np.quantile(within, 0.9)) if len(within) else 0.0
    fullness = record.volume / max(width * height * depth, 1e-9)
    arms = _arms(shape) if record.shape_class in ("chair", "armchair", "sofa") else np.nan
    values = (height, width, depth, record.volume, thickness, 1 - fullness, arms)
    return np.array(values, np.float32)


def _arms(shape: StoredShape) -> float:
    """How much of the sides is solid in front of the back, above the middle of the seat."""
    x, y, z = shape.points.T
    half = shape.half_extent
    outer = np.abs(x) > 0.75 * half[0]
    high = (y > -0.1 * half[1]) & (y < 0.6 * half[1])
    front = z > -0.2 * half[2]
    return float((outer & high & front).mean())


def entries_of(records: Sequence[ShapeRecord]) -> tuple[CodeEntry, ...]:
    """Entries with unique names for the shapes of a store."""
    taken: dict[str, int] = {}
    entries: list[CodeEntry] = []
    for record in records:
        title = record.name or record.id
        stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "shape"
        taken[stem] = taken.get(stem, 0) + 1
        number = taken[stem]
        entries.append(
            CodeEntry(
                stem if number == 1 else f"{stem}-{number}",
                title if number == 1 else f"{title} {number}",
                record.shape_class,
                record.creator,
                record.licence,
                record.library,
            )
        )
    return tuple(entries)


def anchors_of(
    solids: SolidCache, kinds: Sequence[str], count: int
) -> tuple[list[int], tuple[str, ...]]:
    """Rows of the first procedural solids of some kinds, and their classes in the catalogue."""
    wanted = np.flatnonzero(np.isin(solids.kinds, list(kinds)))[:count]
    found = [str(solids.kinds[row]) for row in wanted]
    return wanted.tolist(), tuple(SAME_CLASS.get(kind, kind) for kind in found)


def training_rows(store: ShapeStore, classes: Sequence[str]) -> list[int]:
    """Rows of the training shapes of some classes, class by class, by name."""
    rows = store.where(split="train", classes=classes)
    return sorted(rows, key=lambda row: (store.records[row].shape_class, store.records[row].name))


def write_space(
    folder: Path,
    network: ShapeSpace,
    card: ModelCard,
    store: ShapeStore,
    rows: Sequence[int],
    codes: Codes,
    anchors: Codes,
    anchor_kinds: tuple[str, ...],
) -> CodeBook:
    """Write a model and its book into a folder.

    Parameters
    ----------
    folder : Path
        Made if it has to be.
    network : ShapeSpace
        What decodes the codes; stored as float16.
    card : ModelCard
        Its version is set.
    store : ShapeStore
        Of the shapes.
    rows : sequence of int
        Which of them the codes (N, L) are of.
    anchors : (M, L) float32
        Codes without a name.
    anchor_kinds : tuple of str
        Their classes.

    Raises
    ------
    UnwritableFileError
        If something could not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(folder, error.strerror or str(error)) from error
    version = weights_version(network.state_dict())
    write_checkpoint(network, replace(card, version=version), folder / MODEL_FILE, half=True)
    book = CodeBook(
        card.name,
        version,
        codes,
        entries_of([store.records[row] for row in rows]),
        np.stack([measures(store[row]) for row in rows]),
        ATTRIBUTES,
        anchors,
        anchor_kinds,
    )
    book.write(folder / CODES_FILE)
    return book
