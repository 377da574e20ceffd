"""Surfaces in one piece: the threshold is lowered until what belongs together hangs together.

A network is least sure where a shape is thin. Between two shapes, or for a sample, a leg or a slat
may fall just under the threshold and leave a seat in the air, although its probability still
runs as a ridge from one part to the other. The highest threshold at which the largest piece holds
nearly all of the volume keeps that connection and fattens the rest as little as can be: it is
the level at which two branches of the field's merge tree join. What else there is are crumbs,
which are left out, unless it is long: a thin leg has next to no volume.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import NoSurfaceError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import Extraction, extract_surface
from occstudio.finishing.components import face_pieces, without_unused
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch

WHOLE: Final = 0.95
"""Share of the volume in one piece, from which on a shape counts as whole."""

_SHORT: Final = 0.25
"""Longest side of a crumb, in longest sides of the largest piece."""

LADDER: Final = (0.4, 0.3, 0.2, 0.14, 0.1, 0.07, 0.05)
"""Thresholds that are tried, from the top; below the last a field says nothing."""

_IMAGINED: Final = 0.3


def imagined_threshold(usual: float) -> float:
    """Where to begin with shapes that nobody made, as samples and what lies between others.

    A network hesitates there: what it half believes is more often a thin part than nothing.
    """
    return min(usual, _IMAGINED)


def volume_share(mesh: Mesh) -> float:
    """Share of the enclosed volume that the largest piece of a closed mesh has; 0 of nothing.

    Cavities, whose triangles look inwards, are no pieces.
    """
    volumes = _volumes(mesh)[0]
    solid = volumes[volumes > 0]
    return float(solid.max() / solid.sum()) if len(solid) else 0.0


def without_crumbs(mesh: Mesh) -> Mesh:
    """A shape that is whole but for crumbs and cavities without these; others stay."""
    volumes, pieces = _volumes(mesh)
    solid = volumes[volumes > 0]
    if not len(solid) or solid.max() < WHOLE * solid.sum():
        return mesh
    kept = pieces == int(volumes.argmax())
    if kept.all():
        return mesh
    least = _SHORT * np.ptp(mesh.vertices[mesh.faces[kept].ravel()], axis=0).max()
    kept |= ((volumes > 0) & (_lengths(mesh, pieces, ~kept, len(volumes)) >= least))[pieces]
    return mesh if kept.all() else without_unused(replace(mesh, faces=mesh.faces[kept]))


class InPiecesError(Exception):
    """A surface is not whole."""


def must_be_whole(mesh: Mesh) -> None:
    """Raise `InPiecesError` if no piece of a closed mesh holds nearly all of its volume."""
    if volume_share(mesh) < WHOLE:
        raise InPiecesError


def whole(extract: Callable[[float], Extraction], threshold: float) -> tuple[Extraction, float]:
    """The surface at the highest threshold, from the wished one down, that leaves it in one piece.

    Parameters
    ----------
    extract : callable
        From a threshold to the surface there; it should remember what it was asked.
    threshold : float
        The wished one.

    Returns
    -------
    Extraction, float
        With its threshold. What is never whole comes at the wished threshold, or at the highest
        one that has a surface.

    Raises
    ------
    NoSurfaceError
        If there is no surface at any of them.
    """
    first: tuple[Extraction, float] | None = None
    missing: NoSurfaceError | None = None
    for tried in (threshold, *(step for step in LADDER if step < threshold)):
        try:
            found = extract(tried)
        except NoSurfaceError as error:
            missing = missing or error
            continue
        if volume_share(found.mesh) >= WHOLE:
            return found, tried
        first = first or (found, tried)
    if first is None:
        assert missing is not None
        raise missing
    return first


def _volumes(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The volume of each piece, and the piece of each triangle; empty for no mesh."""
    if mesh.is_empty:
        return np.zeros(0), np.zeros(0, np.int32)
    axes = np.ascontiguousarray(mesh.vertices.T, np.float64)
    a, b, c = (axes[:, mesh.faces[:, corner]] for corner in range(3))
    parts = np.zeros(len(mesh.faces))
    for x, y, z in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):  # `np.cross` takes three times as long
        parts += a[x] * (b[y] * c[z] - b[z] * c[y]) / 6
    pieces = face_pieces(mesh)
    return np.asarray(np.bincount(pieces, weights=parts), np.float64), pieces


def _lengths(
    mesh: Mesh, pieces: NDArray[np.int32], asked: NDArray[np.bool_], count: int
) -> NDArray[np.float32]:
    """The longest side of the box of each piece, of those whose triangles are asked for."""
    low, high = np.full((count, 3), np.inf, np.float32), np.full((count, 3), -np.inf, np.float32)
    for corner in range(3):
        placed = mesh.vertices[mesh.faces[asked, corner]]
        np.minimum.at(low, pieces[asked], placed)
        np.maximum.at(high, pieces[asked], placed)
    return np.asarray((high - low).max(axis=1), np.float32)


def extract_imagined(
    model: ShapeModel,
    latent: Latent,
    *,
    resolution: int,
    normals: bool = True,
    watch: Watch = UNWATCHED,
) -> tuple[Extraction, float]:
    """The surface of a shape that nobody made, in one piece if that can be, and its threshold.

    Raises
    ------
    NoSurfaceError
        If there is none.
    """
    field = model.field(latent)
    lattice = Lattice(field)

    def bare(threshold: float) -> Extraction:
        return extract_surface(
            field,
            resolution=resolution,
            threshold=threshold,
            normals=False,
            lattice=lattice,
            watch=watch,
        )

    try:
        found, threshold = whole(bare, imagined_threshold(model.card.threshold))
    except NoSurfaceError:  # a field that believes at least so much everywhere
        found, threshold = bare(model.card.threshold), model.card.threshold
    if normals:
        found = extract_surface(
            field, resolution=resolution, threshold=threshold, lattice=lattice, watch=watch
        )
    return replace(found, mesh=without_crumbs(found.mesh)), threshold
