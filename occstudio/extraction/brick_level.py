"""One level of the lattice while a surface is looked for on it.

The level is a *virtual* dense lattice: every point has a value. Where the field was asked it is
that answer; elsewhere it is a prediction, interpolated from the level above. Only bricks that the
surface may cross are stored; all others follow from the level above by the same interpolation,
and since interpolation never leaves the range of what it interpolates, they hold no crossing.

That makes one rule enough for a closed surface: *a new crossing appears only next to a point
whose answer lies on the other side of the level than its prediction* (a flip). So whoever asks
both ends of every crossing edge, and looks at the neighbours of every flip, has followed the
whole surface, wherever it leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Indices, Values
from occstudio.shapes.grid import BRICK, CLOSED
from occstudio.shapes.watch import UNWATCHED, Watch

PREDICTED, ROUGH, EXACT = np.uint8(0), np.uint8(1), np.uint8(2)
"""How a value is known: interpolated, low precision, full precision."""

Flat = NDArray[np.int64]
"""Positions of points in a level's storage: ``slot * 729 + local``."""

Number = TypeVar("Number", np.float32, np.uint8)

_SIZE = CLOSED**3
_STEPS = np.array([CLOSED * CLOSED, CLOSED, 1])
_LOCAL = np.stack(np.unravel_index(np.arange(_SIZE), (CLOSED,) * 3), -1)
_OWN = (_LOCAL < BRICK).all(axis=1)
_HALF = BRICK // 2
_OCTANTS = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), -1)
_WINDOW = (np.stack(np.unravel_index(np.arange(5**3), (5, 5, 5)), -1) @ _STEPS)[None]
CLOSING = {
    tuple(offset): (
        tuple(BRICK if o else slice(BRICK) for o in offset),
        tuple(0 if o else slice(BRICK) for o in offset),
    )
    for offset in _OCTANTS.tolist()
}
_PIECE = 1024  # bricks, or 729 points each, between two looks at the watch: some 10 ms
_SIDES = np.concatenate([np.eye(3, dtype=np.int64), -np.eye(3, dtype=np.int64)])


class BrickLevel:
    """The stored bricks of one level, for one search at one level of the field.

    Parameters
    ----------
    last : int
        Greatest point index on each axis.
    level : float32
        Values above it are inside.
    parent : BrickLevel, optional
        The level above, with half as many cells.
    watch : Watch
        Asked every thousand bricks; a level whose search was cancelled is of no use any more.
    """

    def __init__(
        self,
        last: int,
        level: np.float32,
        parent: BrickLevel | None = None,
        watch: Watch = UNWATCHED,
    ) -> None:
        self.last, self.level, self.parent = last, level, parent
        self._watch = watch
        blocks = last // BRICK + 1
        self._slots = np.full((blocks + 2,) * 3, -1, np.int32)  # a border of one: no bounds checks
        self.bricks = np.zeros((0, 3), np.int32)
        self.values = np.zeros((0, _SIZE), np.float32)
        self.status = np.zeros((0, _SIZE), np.uint8)
        self.slack = np.zeros((0, 1), np.float32)
        self.error = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return len(self.bricks)

    # ------------------------------------------------------------------ making bricks

    def add(
        self,
        bricks: NDArray[np.int32],
        values: NDArray[np.float32],
        status: NDArray[np.uint8],
        slack: NDArray[np.float32],
    ) -> None:
        """Store bricks that are not stored yet.

        Parameters
        ----------
        bricks : (n, 3) int32
            Coordinates.
        values, status : (n, 729)
            Of their closed points.
        slack : (n, 1) or (n, 729) float32
            How far a prediction may be off: within it of the level, a point is asked.
        """
        first = len(self)
        i, j, k = bricks.T + 1
        self._slots[i, j, k] = np.arange(first, first + len(bricks), dtype=np.int32)
        if not first:
            self.bricks, self.values, self.status, self.slack = bricks, values, status, slack
        else:
            self.bricks = np.concatenate([self.bricks, bricks])
            self.values = self._joined(self.values, values)
            self.status = self._joined(self.status, status)
            width = max(self.slack.shape[1], slack.shape[1])
            wide = [np.broadcast_to(part, (len(part), width)) for part in (self.slack, slack)]
            self.slack = self._joined(*wide)
        self.error = np.concatenate([self.error, np.zeros(len(bricks), np.float32)])

    def descend(self, last: int) -> BrickLevel:
        """The next finer level, with the bricks that the surface may cross, all predicted."""
        child = BrickLevel(last, self.level, self, self._watch)
        pieces = self._pieces(len(self))
        crossed = [np.zeros((0, 8), bool), *(self._crossed_octants(piece) for piece in pieces)]
        slots, octants = np.nonzero(np.concatenate(crossed))
        child._predict(slots, octants)
        return child

    def ensure(self, bricks: NDArray[np.integer]) -> bool:
        """Store these bricks (n, 3) too, predicted from above; whether any was new."""
        inside = ((bricks >= 0) & (bricks * BRICK <= self.last)).all(axis=1)
        bricks = bricks[inside]
        bricks = bricks[self._slots_of(bricks) < 0].astype(np.int32)
        if not len(bricks) or self.parent is None:  # the coarsest level has all bricks
            return False
        bricks = np.unique(bricks, axis=0)
        if self.parent.ensure(bricks >> 1):
            self.parent.close()
        octants = (bricks & 1) @ np.array([4, 2, 1])
        self._predict(self.parent._slots_of(bricks >> 1), octants)
        return True

    # ------------------------------------------------------------------ asking and answering

    def open_points(self, target: np.uint8, rough_margin: float) -> Flat:
        """Points that must be asked before the crossings can be trusted.

        The ends of crossing edges, and points that lie so near the level that their side is in
        doubt; as far as they are not known as well as `target` yet.
        """
        wanted: list[Flat] = [np.zeros(0, np.int64)]
        beyond: list[Indices] = [np.zeros((0, 3), np.int64)]
        for piece in self._pieces(len(self)):
            asked, outer = self._wanted(piece, rough_margin)
            wanted.append(asked)
            # The far end of an edge may be the first point of the next brick.
            index = self.index_of(outer)
            beyond.append(index[(index <= self.last).all(axis=1)])
        self.ensure(np.concatenate(beyond) >> 3)
        is_asked = np.zeros(self.values.size, bool)
        for flat, index in zip(wanted, beyond, strict=True):
            self._watch.check()
            is_asked[flat] = True
            is_asked[self.locate(index)] = True
        opened = [np.zeros(0, np.int64)]
        for piece in self._pieces(len(self)):
            first = piece.start * _SIZE
            flat = np.flatnonzero(is_asked[first : piece.stop * _SIZE]) + first
            flat = self.unknown(flat, target)
            opened.append(flat[(self.index_of(flat) <= self.last).all(axis=1)])
        return np.concatenate(opened)

    def _wanted(self, piece: slice, rough_margin: float) -> tuple[Flat, Flat]:
        """Own points of some bricks that must be asked, and their edges' ends in other bricks."""
        values = self.values[piece]
        inside = values.reshape(-1) > self.level
        own = np.broadcast_to(_OWN, values.shape).reshape(-1)
        asked = np.zeros(len(inside), bool)
        for step in _STEPS.tolist():
            crossing = (inside[:-step] != inside[step:]) & own[:-step]
            asked[:-step] |= crossing
            asked[step:] |= crossing
        outer = np.flatnonzero(asked & ~own)
        doubt = self.slack[piece]
        if rough_margin > 0:
            doubt = np.where(self.status[piece] == ROUGH, np.float32(rough_margin), doubt)
        asked |= (np.abs(values - self.level) <= doubt).reshape(-1)
        first = piece.start * _SIZE
        return np.flatnonzero(asked & own) + first, outer + first

    def answer(self, flat: Flat, values: Values, status: NDArray[np.uint8] | np.uint8) -> Flat:
        """Write values at distinct points; returns the points that became open by it.

        These are the neighbours on the other side of every flip, known or not.
        """
        stored, known = self.values.reshape(-1), self.status.reshape(-1)
        flips = [np.zeros(0, bool)]
        for piece in self._pieces(len(flat), _PIECE * _SIZE):
            at, value = flat[piece], values[piece]
            before = stored[at]
            np.maximum.at(self.error, at // _SIZE, np.abs(value - before))
            stored[at] = value
            known[at] = status[piece] if isinstance(status, np.ndarray) else status
            flips.append((before > self.level) != (value > self.level))
        flipped = np.concatenate(flips)
        if not flipped.any():
            return flat[:0]
        index, side = self.index_of(flat[flipped]), values[flipped] > self.level
        around = (index[:, None] + _SIDES).reshape(-1, 3)
        valid = ((around >= 0) & (around <= self.last)).all(axis=1)
        # Every cell around a flip may cross now, and must be stored; so must its neighbours.
        cells = (index[:, None] - _OCTANTS).reshape(-1, 3)
        self.ensure(np.concatenate([cells, around[valid]]) >> 3)
        near = self.locate(around[valid])
        across = (self.values.reshape(-1)[near] > self.level) != np.repeat(side, 6)[valid]
        return np.unique(near[across])

    def unknown(self, flat: Flat, target: np.uint8) -> Flat:
        """Those of these points that are not known as well as `target`."""
        return flat[self.status.reshape(-1)[flat] < target]

    def in_doubt(self, rough_margin: float) -> Flat:
        """Points whose low-precision value lies too near the level to trust its side."""
        found = [np.zeros(0, np.int64)]
        for piece in self._pieces(len(self)):
            near = np.abs(self.values[piece] - self.level) <= rough_margin
            near &= (self.status[piece] == ROUGH) & _OWN
            flat = np.flatnonzero(near) + piece.start * _SIZE
            found.append(flat[(self.index_of(flat) <= self.last).all(axis=1)])
        return np.concatenate(found)

    def close(self) -> None:
        """Copy the first layers of every brick's upper neighbours into its closing layers."""
        cubes = self.values.reshape(-1, CLOSED, CLOSED, CLOSED)
        for offset in _OCTANTS[1:].tolist():
            self._watch.check()
            i, j, k = (self.bricks + np.array(offset) + 1).T
            beside = self._slots[i, j, k]
            here = np.flatnonzero(beside >= 0)
            close, first = CLOSING[tuple(offset)]
            cubes[here, *close] = cubes[beside[here], *first]

    # ------------------------------------------------------------------ where a point is

    def locate(self, index: Indices) -> Flat:
        """Storage positions of point indices (n, 3); negative where no brick is stored."""
        slot = self._slots_of(index >> 3).astype(np.int64)
        return slot * _SIZE + (index & (BRICK - 1)) @ _STEPS

    def index_of(self, flat: Flat) -> Indices:
        """Point indices (n, 3) of storage positions."""
        slot = flat // _SIZE  # several times faster than divmod
        return self.bricks[slot].astype(np.int64) * BRICK + _LOCAL[flat - slot * _SIZE]

    def _slots_of(self, bricks: NDArray[np.integer]) -> NDArray[np.int32]:
        i, j, k = bricks.T + 1
        return self._slots[i, j, k]

    # ------------------------------------------------------------------ prediction

    def _crossed_octants(self, piece: slice) -> NDArray[np.bool_]:
        """Which eighths of some bricks (B, 8) the surface may cross, the box's faces included."""
        corners = _OCTANTS * _HALF @ _STEPS
        values, slack = self.values[piece], self.slack[piece]
        low = _window_extreme(values - slack, np.minimum)[:, corners]
        high = _window_extreme(values + slack, np.maximum)[:, corners]
        first = self.bricks[piece, None] * BRICK + _OCTANTS * _HALF
        exists = (first <= self.last).all(axis=2)
        # Outside the box all is empty, so whatever is inside at its faces is cut there.
        at_face = ((first == 0) | (first + _HALF >= self.last)).any(axis=2)
        return exists & (high > self.level) & ((low <= self.level) | at_face)

    def _predict(self, slots: NDArray[np.integer], octants: NDArray[np.integer]) -> None:
        """Add the bricks below these eighths of the parent's bricks."""
        parent = self.parent
        assert parent is not None
        bricks = (parent.bricks[slots] * 2 + _OCTANTS[octants]).astype(np.int32)
        exists = (bricks * BRICK <= self.last).all(axis=1)
        slots, octants, bricks = slots[exists], octants[exists], bricks[exists]
        is_coarsest = parent.parent is None
        values = np.empty((len(bricks), _SIZE), np.float32)
        status = np.zeros((len(bricks), CLOSED, CLOSED, CLOSED), np.uint8)
        # Interpolation errors fall by four where the field is smooth, by two at its kinks.
        slack = parent.error[slots, None] * np.float32(0.5)
        if is_coarsest:
            slack = np.empty((len(bricks), _SIZE), np.float32)
        start = slots.astype(np.int64) * _SIZE + _OCTANTS[octants] * _HALF @ _STEPS
        for piece in self._pieces(len(bricks)):
            window = start[piece, None] + _WINDOW
            values[piece] = _doubled(parent.values.reshape(-1)[window])
            above = parent.status.reshape(-1)[window].reshape(-1, 5, 5, 5)
            status[piece, :BRICK:2, :BRICK:2, :BRICK:2] = above[:, :_HALF, :_HALF, :_HALF]
            if is_coarsest:
                slack[piece] = _doubled(parent.slack.reshape(-1)[window])
        self.add(bricks, values, status.reshape(-1, _SIZE), slack)

    def _joined(self, one: NDArray[Number], two: NDArray[Number]) -> NDArray[Number]:
        joined = np.empty((len(one) + len(two), one.shape[1]), one.dtype)
        for piece in self._pieces(len(one), 8 * _PIECE):
            joined[piece] = one[piece]
        joined[len(one) :] = two
        return joined

    def _pieces(self, count: int, size: int = _PIECE) -> Iterator[slice]:
        """Slices of so many bricks or points; the watch is asked before each."""
        for first in range(0, count, size):
            self._watch.check()
            yield slice(first, min(first + size, count))


def _window_extreme(values: NDArray[np.float32], pick: np.ufunc) -> NDArray[np.float32]:
    """Least or greatest of the 5x5x5 points that begin at each point of a closed brick."""
    flat = values.reshape(-1)
    for step in _STEPS.tolist():
        two = pick(flat[:-step], flat[step:])
        four = pick(two[: -2 * step], two[2 * step :])
        flat = pick(four[: len(flat) - 4 * step], flat[4 * step :])
    padded = np.zeros(values.size, np.float32)
    padded[: len(flat)] = flat
    return padded.reshape(values.shape)


def _doubled(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Trilinear interpolation of (n, 125) values at 5**3 points to (n, 729) at 9**3."""
    coarse = windows.reshape(-1, 5, 5, 5)
    fine = np.empty((len(coarse), CLOSED, CLOSED, CLOSED), np.float32)
    fine[:, ::2, ::2, ::2] = coarse
    half = np.float32(0.5)
    fine[:, ::2, ::2, 1::2] = (fine[:, ::2, ::2, :-1:2] + fine[:, ::2, ::2, 2::2]) * half
    fine[:, ::2, 1::2] = (fine[:, ::2, :-1:2] + fine[:, ::2, 2::2]) * half
    fine[:, 1::2] = (fine[:, :-1:2] + fine[:, 2::2]) * half
    return fine.reshape(-1, _SIZE)
