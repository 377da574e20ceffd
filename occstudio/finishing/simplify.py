"""Simplification to a count of triangles by quadric error (Garland and Heckbert, SIGGRAPH 1997).

The work is fast-simplification's. It keeps Python's lock to itself until it is done, 0.4 s for
300 000 triangles, in which a window would stand still; and it keeps its state in globals. So larger
meshes are given to a process of their own, which can be ended at any moment, and small ones are
done here under a lock. What comes back is looked at: sheets that touch are parted, small pieces
that have collapsed to nothing go, and where a closed surface still comes back torn, fewer
triangles are removed.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import OccStudioError
from occstudio.finishing import simplify_child
from occstudio.finishing.components import face_pieces, without_unused
from occstudio.finishing.edges import Edges
from occstudio.finishing.manifold import parted
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

LEAST_FACES = 4
"""A tetrahedron."""

TOLERANCE = 0.01
"""A count within this part of what was asked counts as met."""

_ALONE_FROM = 20_000  # triangles, about 25 ms of standing still
_GENTLER = 1.6
_TRIES = 8
_LEAST_VOLUME = 0.2  # a tetrahedron in a ball keeps 0.23 of it

_lock = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Simplified:
    """A simpler mesh, and whether it is what was asked.

    Parameters
    ----------
    mesh : Mesh
        With normals of its triangles.
    target : int
        Triangles that were asked for.
    lost_pieces : int
        Pieces that were too small for so few triangles.
    """

    mesh: Mesh
    target: int
    lost_pieces: int = 0

    @property
    def is_met(self) -> bool:
        """True if the count is what was asked, or less."""
        return len(self.mesh.faces) <= self.target * (1 + TOLERANCE) + 2

    @property
    def note(self) -> str:
        """What to say where something else came than was asked; else empty."""
        if not self.is_met:
            return (
                f"{self.target:,} triangles could not be reached without tearing the surface: "
                f"{len(self.mesh.faces):,} are left"
            )
        if self.lost_pieces:
            pieces = "1 piece was" if self.lost_pieces == 1 else f"{self.lost_pieces:,} pieces were"
            return f"{pieces} too small for so few triangles and went"
        return ""


def simplified(mesh: Mesh, target: int, watch: Watch = UNWATCHED) -> Simplified:
    """The mesh with about `target` triangles; closed if it was.

    Parameters
    ----------
    mesh : Mesh
        Any. Normals are made anew and colours are dropped, unless there is nothing to do.
    target : int
        Triangles, at least 4.
    watch : Watch
        Told the stage ``simplify``; asked every few hundredths of a second.

    Raises
    ------
    OccStudioError
        If the target is not a count of triangles.
    """
    if target < LEAST_FACES:
        raise OccStudioError(f"can't simplify to {target} triangles: {LEAST_FACES} is the least")
    if target >= len(mesh.faces):
        return Simplified(mesh, target)
    watch.report("simplify", 0.0)
    before = Edges.of(mesh)
    wanted = target
    for _ in range(_TRIES):
        made = _without_husks(_reduced(mesh, wanted, watch), before.is_closed)
        after = Edges.of(made)
        is_whole = after.is_closed and made.volume > _LEAST_VOLUME * mesh.volume
        if not made.is_empty and (is_whole or not before.is_closed):
            watch.report("simplify", 1.0)
            lost = _count_pieces(before) - _count_pieces(after)
            return Simplified(replace(made, normals=triangle_normals(made)), target, max(lost, 0))
        wanted = int(max(wanted, 16) * _GENTLER)
        if wanted >= len(mesh.faces):
            break
    return Simplified(mesh, target)


def _count_pieces(edges: Edges) -> int:
    return len(np.unique(edges.pieces()[edges.used]))


def _without_husks(mesh: Mesh, is_closed: bool) -> Mesh:
    """The mesh with touching sheets parted, without pieces too small to hold anything."""
    if is_closed:
        mesh = parted(mesh)
    pieces = face_pieces(mesh)
    is_solid = np.bincount(pieces, minlength=1) >= LEAST_FACES
    return without_unused(replace(mesh, faces=mesh.faces[is_solid[pieces]]))


def _reduced(mesh: Mesh, target: int, watch: Watch) -> Mesh:
    # The library wants arrays that it may write to.
    vertices, faces = np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32)
    if len(faces) < _ALONE_FROM or not sys.executable:
        watch.check()
        with _lock:
            points, triangles = simplify_child.reduced(vertices, faces, target)
    else:
        points, triangles = _in_child(vertices, faces, target, watch)
    return Mesh(np.asarray(points, np.float32), np.asarray(triangles, np.int32))


def _in_child(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], target: int, watch: Watch
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    with tempfile.TemporaryDirectory(prefix="occstudio-") as place:
        folder = Path(place)
        np.save(folder / "vertices.npy", vertices)
        np.save(folder / "faces.npy", faces)
        command = [sys.executable, simplify_child.__file__, place, str(target)]
        with _running(command) as process:
            while process.poll() is None:
                watch.check()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.03)
        if process.returncode != 0:
            raise OccStudioError(
                f"simplification failed (exit code {process.returncode}): "
                "ask for more triangles or lower the resolution"
            )
        return np.load(folder / "made-vertices.npy"), np.load(folder / "made-faces.npy")


@contextlib.contextmanager
def _running(command: list[str]) -> Generator["subprocess.Popen[bytes]"]:
    """A process that does not outlive the block."""
    # On Windows a console would flash up.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, creationflags=flags
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
