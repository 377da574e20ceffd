"""Where shapes stand: side by side on one floor, or over each other to be compared.

The scene is measured in model units: every shape's longest side is about one, whatever unit its
input has. A `Place` takes coordinates of an item's cube to the scene.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.frame import Frame
from occstudio.studio.alignment import Alignment

GAP = 1.35
"""Distance between neighbours on the floor."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where one item stands, and what part of it is drawn.

    Parameters
    ----------
    matrix : (4, 4) float
        From the item's cube to the scene.
    side : str
        ``both`` sides of a wipe or split view, or only the ``first`` or ``second``.
    is_ghost : bool
        Whether it is drawn translucent.
    """

    matrix: Matrix
    side: str = "both"
    is_ghost: bool = False


def beside(place: float, floor: float) -> Matrix:
    """The matrix of an item at a place in the row whose lowest point is at `floor`."""
    return shifted(np.array([place * GAP, -floor, 0.0]))


def shifted(by: NDArray[np.floating]) -> Matrix:
    """A move without a turn."""
    matrix = np.eye(4)
    matrix[:3, 3] = by
    return matrix


def between_frames(source: Frame, target: Frame) -> Matrix:
    """From the cube of one frame to that of another, through their common world, (4, 4)."""
    if source == target:
        return np.eye(4)
    corners = np.concatenate([np.zeros((1, 3)), np.eye(3)])
    # In float64 throughout: frames of surveys differ far behind the comma.
    world = source.to_world(corners) - target.center
    turned = target.scale * world @ _rotation(target).T
    matrix = np.eye(4)
    matrix[:3, :3] = (turned[1:] - turned[0]).T
    matrix[:3, 3] = turned[0]
    return matrix


def onto_first(alignment: Alignment) -> Matrix:
    """From the second's cube to the first's, (4, 4)."""
    if not alignment.in_world:
        return np.eye(4)
    return between_frames(alignment.second, alignment.first)


def _rotation(frame: Frame) -> Matrix:
    return np.asarray(frame.normals_to_model(np.eye(3)), np.float64).T
