"""Which shapes are trained on: decided by the id alone, twins kept together.

A hash of the id picks the part, so that the split is the same on every machine and stays when
models are added. Libraries repeat themselves, though: the same chair in two sizes, a series of
cabinets by one maker. Were one of them trained on and its twin tested, the score would lie; so
near-twins are found by their shape and all go to the part of the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.shape_store import StoredShape

PARTS = ("train", "validation", "test")
TWIN_IOU = 0.9
_SAMPLES = 32  # along each axis of the box


def part_of(shape_id: str) -> str:
    """Part of the shape with this id: a tenth test, a tenth validation, the rest train."""
    remainder = int(hashlib.sha1(shape_id.encode("utf-8")).hexdigest(), 16) % 10
    return {0: "test", 1: "validation"}.get(remainder, "train")


def boxed_occupancy(shape: StoredShape) -> NDArray[np.bool_]:
    """Occupancy of a shape sampled over its own box, (32768,): size and aspect are gone."""
    ticks = (np.arange(_SAMPLES, dtype=np.float32) + np.float32(0.5)) / _SAMPLES * 2 - 1
    # A flat shape's box may be thinner than its thickened labels; never mind.
    axes = [ticks * max(float(half), 0.01) for half in shape.half_extent]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return shape.occupancy(grid.astype(np.float32))


def twin_groups(
    ids: Sequence[str], boxed: NDArray[np.bool_], *, least_iou: float = TWIN_IOU
) -> list[str]:
    """Name, for each shape, the first id (in sorted order) of its group of near-twins.

    Each shape is linked to the one that is most like it, and linked shapes are one group. Linking
    all that are alike was tried: whatever nearly fills its box, a fridge, a shelf, a mattress, was
    chained into one group of sixty, and no cabinet was left to test on.

    Parameters
    ----------
    ids : n ids
    boxed : (n, samples) bool
        From `boxed_occupancy`.
    least_iou : float
        A shape is the twin of the one nearest to it if their boxed occupancies agree better than
        this.
    """
    order = np.argsort(np.array(ids))
    solid = boxed[order].astype(np.float32)
    volume = solid.sum(axis=1)
    common = solid @ solid.T
    agreement = common / np.maximum(volume[:, None] + volume[None, :] - common, 1)
    np.fill_diagonal(agreement, 0)
    nearest = agreement.argmax(axis=1)
    # The smallest number flows along the links until nothing changes.
    links = [(i, int(j)) for i, j in enumerate(nearest) if agreement[i, j] > least_iou]
    first = np.arange(len(ids))
    while True:
        before = first.copy()
        for one, other in links:
            first[one] = first[other] = min(first[one], first[other])
        if (first == before).all():
            break
    names = [str(ids[i]) for i in order]
    groups = {name: names[i] for name, i in zip(names, first, strict=True)}
    return [groups[name] for name in ids]
