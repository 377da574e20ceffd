"""How a surface is finished, as one frozen value, and the doing of it in a fixed order."""

from dataclasses import dataclass, replace

from occstudio.finishing.colour import coloured
from occstudio.finishing.components import largest_piece, without_fragments
from occstudio.finishing.holes import filled
from occstudio.finishing.normals import triangle_normals
from occstudio.finishing.simplify import LEAST_FACES, simplified
from occstudio.finishing.smooth import smoothed
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True)
class Finishing:
    """What is wanted; the default leaves a mesh as it is.

    Parameters
    ----------
    keep_largest : bool
        Whether only the piece with the most triangles is kept.
    smooth_iterations : int
        Rounds of smoothing; 0 for none.
    target_faces : int, optional
        Simplify to about this many triangles; None for all that there are.
    least_piece : float
        Pieces with fewer triangles than this part of the largest one's go; 0 for none.
    fills_holes : bool
        Whether rims of holes are closed.
    colouring : str
        One of `colour.COLOURINGS`.
    """

    keep_largest: bool = False
    smooth_iterations: int = 0
    target_faces: int | None = None
    least_piece: float = 0.0
    fills_holes: bool = False
    colouring: str = ""


PLAIN = Finishing()
"""Nothing is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A finished mesh, and one sentence for each thing that could not be done as asked."""

    mesh: Mesh
    notes: tuple[str, ...] = ()


def finished(mesh: Mesh, finishing: Finishing, watch: Watch = UNWATCHED) -> Finished:
    """The mesh with everything done that is wanted; the same object if that is nothing.

    Pieces are dropped first, since the rest is quicker then; holes are filled before smoothing,
    which needs to know where the surface ends, and colour comes last.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube.
    finishing : Finishing
        What is wanted.
    watch : Watch
        Told the stages ``smooth`` and ``simplify``; asked between all steps.
    """
    notes: list[str] = []
    if finishing == PLAIN or mesh.is_empty:
        return Finished(mesh)
    watch.check()
    if finishing.keep_largest:
        mesh = largest_piece(mesh)
    elif finishing.least_piece > 0:
        mesh = without_fragments(mesh, finishing.least_piece)
    if finishing.fills_holes:
        watch.check()
        mesh = filled(mesh)
    mesh = smoothed(mesh, finishing.smooth_iterations, watch)
    if finishing.target_faces is not None:
        made = simplified(mesh, max(finishing.target_faces, LEAST_FACES), watch)
        mesh = made.mesh
        if made.note:
            notes.append(made.note)
    watch.check()
    if mesh.normals is None:
        mesh = replace(mesh, normals=triangle_normals(mesh))
    return Finished(coloured(mesh, finishing.colouring), tuple(notes))
