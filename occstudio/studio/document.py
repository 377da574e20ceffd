"""Everything a session is, as one frozen value.

Undo is the previous value, and a panel is a function of the present one. Derived things (meshes,
lattices) are not in here: they are made again from it. A `ShapeItem` refers to what was opened
by its `Source`, which never changes; what a person may change about it stands in the item.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from occstudio.shapes.arrays import Colors, WorldPoints
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud

RESOLUTIONS = (32, 64, 128, 256, 512, 1024)
"""Cells along an axis that the window offers."""

SHOWN_POINTS = 60_000
"""As many points of a cloud are drawn at most; the rest would only hide the shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An opened file: the observation, and what is drawn and said of it.

    Two sources are the same only if they are the same object, which is what the pipeline's
    memory asks.

    Parameters
    ----------
    cloud : PointCloud
        The observation.
    shown : (m, 3) float64
        A sample of its points in world coordinates, for drawing.
    shown_colors : (m, 3) uint8, optional
        Their colours.
    path : Path, optional
        Where it came from.
    notes : tuple of str
        What the reader found remarkable, one sentence each.
    """

    cloud: PointCloud
    shown: WorldPoints
    shown_colors: Colors | None = None
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        cloud: PointCloud,
        path: Path | None = None,
        notes: tuple[str, ...] = (),
        *,
        seed: int = 0,
    ) -> Self:
        """The source of a cloud, with a seeded sample of its points to draw."""
        rows: slice | np.ndarray[tuple[int], np.dtype[np.int64]] = slice(None)
        if len(cloud) > SHOWN_POINTS:
            rows = np.random.default_rng(seed).integers(0, len(cloud), SHOWN_POINTS)
        points = cloud.points[rows]
        points.flags.writeable = False
        colors = None if cloud.colors is None else cloud.colors[rows]
        return cls(cloud, points, colors, path, notes)


@dataclass(frozen=True, slots=True)
class ShapeItem:
    """One shape of the session: what was observed and how its surface is wanted.

    Parameters
    ----------
    id : int
        Unique in the session, never used again.
    name : str
        What the person calls it.
    source : Source
        The observation.
    frame : Frame
        How the observation lies in the model's cube; starts as the observation's own.
    model : str
        Name of the model in the library; empty while none is chosen.
    resolution : int
        Cells along an axis.
    threshold : float
        Probability of the surface.
    visible : bool
        Whether it is drawn.
    """

    id: int
    name: str
    source: Source
    frame: Frame
    model: str
    resolution: int = 128
    threshold: float = 0.5
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """The shapes of a session, in order, and which of them are selected (ids)."""

    items: tuple[ShapeItem, ...] = ()
    selection: tuple[int, ...] = ()

    @property
    def current(self) -> ShapeItem | None:
        """The item that panels show: the first selected one."""
        return self.find(self.selection[0]) if self.selection else None

    def find(self, item_id: int) -> ShapeItem | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def with_items(self, items: tuple[ShapeItem, ...]) -> "Document":
        """These items instead; the selection keeps what is still there."""
        kept = {item.id for item in items}
        return Document(items, tuple(i for i in self.selection if i in kept))

    def changed(self, ids: tuple[int, ...], change: Callable[[ShapeItem], ShapeItem]) -> "Document":
        """The document with `change` applied to the items of these ids."""
        items = tuple(change(item) if item.id in ids else item for item in self.items)
        return replace(self, items=items)
