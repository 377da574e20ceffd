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

from occstudio.finishing.finishing import PLAIN, Finishing
from occstudio.shapes.arrays import Colors, WorldPoints
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import PhotoReading
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.voxel_grid import VoxelGrid
from occstudio.studio.blend import FIRST_GALLERY, Blend, Gallery
from occstudio.studio.input_edit import AS_IS, InputEdit
from occstudio.studio.saved_view import SavedView

RESOLUTIONS = (32, 64, 128, 256, 512, 1024)
"""Cells along an axis that the window offers."""

COMPARISONS = ("off", "side_by_side", "overlay", "wipe", "distance")
"""How two shapes may be compared in the view."""

REFINED_UP_TO = 128
"""Unless the person says otherwise, vertices are refined up to this resolution: on finer grids
linear interpolation and the triangles' normals do as well, at a fraction of the cost."""

SHOWN_POINTS = 60_000
"""As many points of a cloud are drawn at most; the rest would only hide the shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An opened file: the observation, and what is drawn and said of it.

    Two sources are the same only if they are the same object, which is what the pipeline's
    memory asks.

    Parameters
    ----------
    observation : Observation
        What was read.
    shown : (m, 3) float64
        A sample of its points in world coordinates, for drawing; none of a photo.
    shown_colors : (m, 3) uint8, optional
        Their colours.
    path : Path, optional
        Where it came from.
    notes : tuple of str
        What the reader found remarkable, one sentence each.
    """

    observation: Observation
    shown: WorldPoints
    shown_colors: Colors | None = None
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        observation: Observation,
        path: Path | None = None,
        notes: tuple[str, ...] = (),
        *,
        seed: int = 0,
    ) -> Self:
        """The source of an observation, with a seeded sample of its points to draw."""
        points, colors = _points_of(observation)
        if len(points) > SHOWN_POINTS:
            rows = np.random.default_rng(seed).integers(0, len(points), SHOWN_POINTS)
            points, colors = points[rows], None if colors is None else colors[rows]
        points = points.view()
        points.flags.writeable = False
        return cls(observation, points, colors, path, notes)


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
    in_one_piece : bool
        Whether the threshold is lowered where the surface would fall into pieces.
    visible : bool
        Whether it is drawn.
    color : str
        Of its surface, as ``#rrggbb``; empty for the theme's own.
    refine : bool, optional
        Whether vertices are moved onto the level set and normals are the field's; None for what
        the resolution allows.
    input_edit : InputEdit
        What is done to the observation before it is encoded.
    finishing : Finishing
        What is done to the surface after extraction.
    time : float
        Of a shape that moves, from 0 to 1.
    latent : Latent, optional
        Decoded instead of what the model makes of the observation: a sample, a blend of two
        shapes, a code that was fitted.
    blend : Blend, optional
        Where the latent lies between others, if that is what it is.
    reading : PhotoReading, optional
        What fitting to the photo found, instead of what the model reads at first.
    """

    id: int
    name: str
    source: Source
    frame: Frame
    model: str
    resolution: int = 128
    threshold: float = 0.5
    in_one_piece: bool = False
    visible: bool = True
    color: str = ""
    refine: bool | None = None
    input_edit: InputEdit = AS_IS
    finishing: Finishing = PLAIN
    time: float = 0.0
    latent: Latent | None = None
    blend: Blend | None = None
    reading: PhotoReading | None = None

    @property
    def can_be_cropped(self) -> bool:
        """Whether it is a scan, of which points can be left out."""
        return isinstance(self.source.observation, PointCloud) and len(self.source.shown) > 0

    @property
    def refines(self) -> bool:
        """Whether vertices are refined, by choice or by what the resolution allows."""
        return self.resolution <= REFINED_UP_TO if self.refine is None else self.refine


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two shapes beside or over each other in the view.

    Parameters
    ----------
    mode : str
        One of `COMPARISONS`.
    first, second : int, optional
        Ids of the two; None for the first two selected.
    wipe : float
        Where the edge between them is, as a part of the view's width.
    """

    mode: str = "off"
    first: int | None = None
    second: int | None = None
    wipe: float = 0.5


@dataclass(frozen=True, slots=True)
class FieldSlice:
    """The plane through the field of the selected shape.

    Parameters
    ----------
    visible : bool
        Whether it is drawn.
    axis : str
        The model's axis that it is across: ``x``, ``y`` or ``z``.
    offset : float
        Its place on that axis, in the model's units (the box goes from about -0.5 to 0.5).
    """

    visible: bool = False
    axis: str = "z"
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Document:
    """The shapes of a session, and how they are looked at.

    Parameters
    ----------
    items : tuple of ShapeItem
        In the order of the list.
    selection : tuple of int
        Ids of the selected ones, the current one first.
    comparison : Comparison
        Which two are compared, and how.
    slice : FieldSlice
        The plane through the current one's field.
    gallery : Gallery
        New shapes to choose from.
    views : tuple of SavedView
        Places to look from, by their number.
    shows_crop : bool
        Whether the box that the current scan is cropped to is drawn, with grips.
    """

    items: tuple[ShapeItem, ...] = ()
    selection: tuple[int, ...] = ()
    comparison: Comparison = Comparison()
    slice: FieldSlice = FieldSlice()
    gallery: Gallery = FIRST_GALLERY
    views: tuple[SavedView, ...] = ()
    shows_crop: bool = False

    @property
    def current(self) -> ShapeItem | None:
        """The item that panels show: the first selected one."""
        return self.find(self.selection[0]) if self.selection else None

    def find(self, item_id: int) -> ShapeItem | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def view(self, slot: int) -> SavedView | None:
        """The saved view with this number, or None."""
        return next((view for view in self.views if view.slot == slot), None)

    def with_items(
        self, items: tuple[ShapeItem, ...], selection: tuple[int, ...] | None = None
    ) -> "Document":
        """These items instead, and this selection; what refers to items that went is dropped."""
        kept = {item.id for item in items}
        chosen = self.selection if selection is None else selection
        comparison = self.comparison
        if {comparison.first, comparison.second} - kept - {None}:
            comparison = Comparison()
        return replace(
            self,
            items=items,
            selection=tuple(i for i in chosen if i in kept),
            comparison=comparison,
        )

    def changed(self, ids: tuple[int, ...], change: Callable[[ShapeItem], ShapeItem]) -> "Document":
        """The document with `change` applied to the items of these ids."""
        items = tuple(change(item) if item.id in ids else item for item in self.items)
        return replace(self, items=items)


def _points_of(observation: Observation) -> tuple[WorldPoints, Colors | None]:
    """What can be drawn of it."""
    if isinstance(observation, Image | Imagined):
        return np.zeros((0, 3)), None
    if isinstance(observation, VoxelGrid):
        return observation.surface_points, None
    return observation.points, observation.colors


def only_codes_moved(old: Document, new: Document) -> bool:
    """Whether nothing but latents and places on blends differs: a hand goes through a space."""
    if len(old.items) != len(new.items):
        return False
    pairs = zip(old.items, new.items, strict=True)
    items = tuple(replace(item, latent=was.latent, blend=was.blend) for was, item in pairs)
    return replace(new, items=items) == old
