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

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Indices, Values
from occstudio.shapes.grid import BRICK, CLOSED

PREDICTED, ROUGH, EXACT = np.uint8(0), np.uint8(1), np.uint8(2)
"""How a value is known: interpolated, low precision, full precision."""

Flat = NDArray[np.int64]
"""Positions of points in a level's storage: ``slot * 729 + local``."""

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
    """

    def __init__(self, last: int, level: np.float32, parent: BrickLevel | None = None) -> None:
        self.last, self.level, self.parent = last, level, parent
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
            self.values = np.concatenate([self.values, values])
            self.status = np.concatenate([self.status, status])
            width = max(self.slack.shape[1], slack.shape[1])
            parts = [np.broadcast_to(part, (len(part), width)) for part in (self.slack, slack)]
            self.slack = np.concatenate(parts)
        self.error = np.concatenate([self.error, np.zeros(len(bricks), np.float32)])

    def descend(self, last: int) -> BrickLevel:
        """The next finer level, with the bricks that the surface may cross, all predicted."""
        child = BrickLevel(last, self.level, self)
        slots, octants = np.nonzero(self._crossed_octants())
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
        inside = self.values.ravel() > self.level
        own = np.broadcast_to(_OWN, self.values.shape).ravel()
        asked = np.zeros(len(inside), bool)
        for step in _STEPS.tolist():
            crossing = (inside[:-step] != inside[step:]) & own[:-step]
            asked[:-step] |= crossing
            asked[step:] |= crossing
        # The far end of an edge may be the first point of the next brick.
        beyond = self.index_of(np.flatnonzero(asked & ~own))
        beyond = beyond[(beyond <= self.last).all(axis=1)]
        doubt = self.slack
        if rough_margin > 0:
            doubt = np.where(self.status == ROUGH, np.float32(rough_margin), doubt)
        asked |= (np.abs(self.values - self.level) <= doubt).ravel()
        asked &= own
        if self.ensure(beyond >> 3):
            asked = np.concatenate([asked, np.zeros(self.values.size - len(asked), bool)])
        asked[self.locate(beyond)] = True
        flat = self.unknown(np.flatnonzero(asked), target)
        return flat[(self.index_of(flat) <= self.last).all(axis=1)]

    def answer(self, flat: Flat, values: Values, status: NDArray[np.uint8] | np.uint8) -> Flat:
        """Write values at distinct points; returns the points that became open by it.

        These are the neighbours on the other side of every flip, known or not.
        """
        stored = self.values.reshape(-1)
        before = stored[flat]
        np.maximum.at(self.error, flat // _SIZE, np.abs(values - before))
        stored[flat] = values
        self.status.reshape(-1)[flat] = status
        flipped = (before > self.level) != (values > self.level)
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
        near = np.abs(self.values - self.level) <= rough_margin
        flat = np.flatnonzero(near & (self.status == ROUGH) & _OWN)
        return flat[(self.index_of(flat) <= self.last).all(axis=1)]

    def close(self) -> None:
        """Copy the first layers of every brick's upper neighbours into its closing layers."""
        cubes = self.values.reshape(-1, CLOSED, CLOSED, CLOSED)
        for offset in _OCTANTS[1:].tolist():
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

    def _crossed_octants(self) -> NDArray[np.bool_]:
        """Which eighths of each brick (B, 8) the surface may cross, the box's faces included."""
        corners = _OCTANTS * _HALF @ _STEPS
        low = _window_extreme(self.values - self.slack, np.minimum)[:, corners]
        high = _window_extreme(self.values + self.slack, np.maximum)[:, corners]
        first = self.bricks[:, None] * BRICK + _OCTANTS * _HALF
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
        start = (slots.astype(np.int64) * _SIZE + _OCTANTS[octants] * _HALF @ _STEPS)[:, None]
        values = _doubled(parent.values.reshape(-1)[start + _WINDOW])
        status = np.zeros((len(bricks), CLOSED, CLOSED, CLOSED), np.uint8)
        above = parent.status.reshape(-1)[start + _WINDOW].reshape(-1, 5, 5, 5)
        status[:, :BRICK:2, :BRICK:2, :BRICK:2] = above[:, :_HALF, :_HALF, :_HALF]
        if parent.parent is None:
            slack = _doubled(parent.slack.reshape(-1)[start + _WINDOW])
        else:
            # Interpolation errors fall by four where the field is smooth, by two at its kinks.
            slack = parent.error[slots, None] * np.float32(0.5)
        self.add(bricks, values, status.reshape(-1, _SIZE), slack)


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
