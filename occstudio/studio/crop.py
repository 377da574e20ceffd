"""The box that an input is cropped to, as hands change it: one face at a time.

A face at the edge of the input is no crop at all: it stays at the edge when more points come in,
and a box whose faces all are there is `None` again.
"""

from dataclasses import replace

from occstudio.shapes.frame import Frame
from occstudio.studio.input_edit import Corner, InputEdit

Box = tuple[Corner, Corner]

_LEAST = 0.02
"""A box is at least this part of the input's longest side thick."""

_SLACK = 1e-4


def crop_limits(frame: Frame) -> Box:
    """Corners of a cube that holds all points: their frame knows it without a look at them."""
    half = 0.501 / frame.scale
    return _corner([c - half for c in frame.center]), _corner([c + half for c in frame.center])


def crop_of(edit: InputEdit, frame: Frame) -> Box:
    """What an input is cropped to, or all of it."""
    return edit.crop or crop_limits(frame)


def with_range(edit: InputEdit, frame: Frame, axis: int, low: float, high: float) -> InputEdit:
    """The edit with other ends of the box on a world axis.

    Parameters
    ----------
    edit : InputEdit
        The present one.
    frame : Frame
        The observation's own.
    axis : int
        0 to 2, of the world.
    low, high : float
        World coordinates.
    """
    limits = crop_limits(frame)
    lower, upper = (list(corner) for corner in crop_of(edit, frame))
    lower[axis], upper[axis] = low, high
    slack = _SLACK / frame.scale
    is_all = all(lower[k] <= limits[0][k] + slack for k in range(3)) and all(
        upper[k] >= limits[1][k] - slack for k in range(3)
    )
    return replace(edit, crop=None if is_all else (_corner(lower), _corner(upper)))


def with_face(
    edit: InputEdit, frame: Frame, seen: Box, axis: int, is_upper: bool, to: float
) -> InputEdit:
    """The edit with one face of the box moved; it never passes the opposite one.

    Parameters
    ----------
    edit : InputEdit
        The present one.
    frame : Frame
        The observation's own.
    seen : pair of corners
        The box around the points: at its faces and beyond them nothing is cropped.
    axis : int
        0 to 2, of the world.
    is_upper : bool
        Which of the axis' two faces.
    to : float
        Where it is wanted, in world coordinates.
    """
    limits = crop_limits(frame)
    low, high = (corner[axis] for corner in crop_of(edit, frame))
    least = _LEAST / frame.scale
    if is_upper:
        to = max(to, max(low, seen[0][axis]) + least)
        high = limits[1][axis] if to >= seen[1][axis] else to
    else:
        to = min(to, min(high, seen[1][axis]) - least)
        low = limits[0][axis] if to <= seen[0][axis] else to
    return with_range(edit, frame, axis, low, high)


def _corner(numbers: list[float]) -> Corner:
    return float(numbers[0]), float(numbers[1]), float(numbers[2])
