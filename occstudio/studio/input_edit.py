"""What is done to an input before it is encoded: cut out, cleaned, thinned, made noisy.

A frozen value in the document; the pipeline does it on a worker and remembers the outcome. Up
axis and unit are no edits of the points: they stand in the item's frame.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import OccStudioError
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.studio.photo_cut import PhotoCut

Corner = tuple[float, float, float]

_NEIGHBOURS = 12
_MOST_NEIGHBOURHOODS = 200_000


@dataclass(frozen=True, slots=True)
class InputEdit:
    """What is wanted; the default leaves the input as it is.

    Parameters
    ----------
    crop : pair of corners, optional
        Lower and upper corner, in world coordinates, of the box outside of which points are
        dropped; None for all of them.
    outliers : float
        Points are dropped whose neighbours are farther than the mean by this many standard
        deviations (2 is usual, smaller drops more); 0 for none.
    count : int, optional
        As many points are drawn from what is left; None for all.
    noise : float
        Standard deviation of the noise that is added, as a part of the longest side.
    refits : bool
        Whether the frame is fitted anew to what is left after cropping and cleaning, so that it
        fills the model's cube.
    seed : int
        Of the draw and of the noise.
    cut : PhotoCut, optional
        How the object of a photo is cut out; None for what the model wants.
    """

    crop: tuple[Corner, Corner] | None = None
    outliers: float = 0.0
    count: int | None = None
    noise: float = 0.0
    refits: bool = True
    seed: int = 0
    cut: PhotoCut | None = None

    def __post_init__(self) -> None:
        numbers = (self.outliers, self.noise, *(n for c in self.crop or () for n in c))
        if not np.isfinite(numbers).all() or self.outliers < 0 or self.noise < 0:
            raise OccStudioError("an input edit needs finite numbers, noise and outliers from 0")
        if self.count is not None and self.count < 1:
            raise OccStudioError(f"{self.count} points can't be drawn: choose at least 1")


AS_IS = InputEdit()
"""Nothing is done."""


def edited(
    observation: Observation, frame: Frame, edit: InputEdit, watch: Watch = UNWATCHED
) -> Observation:
    """The observation as it is encoded, in its frame.

    Parameters
    ----------
    observation : Observation
        A point cloud is edited; of anything else only the frame is replaced. Photos are cut out
        by `photo_cut.cut_photo`.
    frame : Frame
        The item's.
    edit : InputEdit
        What is wanted.
    watch : Watch
        Told the stage ``input``; asked between its steps.

    Raises
    ------
    OccStudioError
        If nothing is left.
    """
    if not isinstance(observation, PointCloud) or edit == AS_IS:
        return observation.with_frame(frame)
    watch.report("input", 0.0)
    kept = np.arange(len(observation))
    if edit.crop is not None:
        low, high = np.asarray(edit.crop)
        inside = ((observation.points >= low) & (observation.points <= high)).all(axis=1)
        kept = _left(kept[inside], "the crop box leaves no points: make it larger")
    if edit.outliers > 0:
        watch.check()
        near = ~_is_outlier(observation.points[kept], edit.outliers)
        kept = _left(kept[near], "outlier removal leaves no points: choose a larger value")
    if edit.refits and len(kept) < len(observation):
        frame = Frame.fit(observation.points[kept], up=frame.up, unit=frame.unit)
    random = np.random.default_rng(edit.seed)
    if edit.count is not None and edit.count < len(kept):
        kept = np.sort(random.choice(kept, max(edit.count, 1), replace=False))
    watch.check()
    points = observation.points[kept]
    if edit.noise > 0:
        points = points + random.normal(scale=edit.noise / frame.scale, size=points.shape)
    return replace(
        observation,
        points=points,
        frame=frame,
        normals=None if observation.normals is None else observation.normals[kept],
        colors=None if observation.colors is None else observation.colors[kept],
    )


def _left(kept: NDArray[np.int64], otherwise: str) -> NDArray[np.int64]:
    if not len(kept):
        raise OccStudioError(otherwise)
    return kept


def _is_outlier(points: NDArray[np.float64], deviations: float) -> NDArray[np.bool_]:
    """Which points are far from their neighbours (Rusu et al., statistical outlier removal)."""
    from scipy.spatial import KDTree

    if len(points) <= _NEIGHBOURS:
        return np.zeros(len(points), bool)
    tree = KDTree(points[:: max(len(points) // _MOST_NEIGHBOURHOODS, 1)])
    count = min(_NEIGHBOURS + 1, tree.n)
    away = tree.query(points, count)[0][:, 1:].mean(axis=1)
    return away > away.mean() + deviations * away.std()
