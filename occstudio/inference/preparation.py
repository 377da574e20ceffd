"""What an observation becomes before a network sees it, as the card says.

The papers' networks were trained on inputs of one kind each; this is where a scan of any size, a
photo of any shape or a grid of any resolution is made into that. Randomness is seeded: the same
observation always gives the same input.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError
from occstudio.exchange.square_crop import cropped, square_of_object
from occstudio.inference.thinning import thinned
from occstudio.shapes.arrays import Points
from occstudio.shapes.image import Image
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.voxel_grid import Occupancy, VoxelGrid

SPHERE_MARGIN = 1.03
"""DeepSDF's preprocessing leaves this much room between a shape and the unit sphere."""

_MOST_FITTED = 30_000
"""More points than this say nothing new of a shape to which a code is fitted."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedInput:
    """What a network is given.

    Parameters
    ----------
    inputs : float32 array
        As `networks.occupancy_network` says, with a batch axis of one.
    scale : float
        Lengths of the network's space per length of the model's cube.
    normals : (n, 3) float32, optional
        Of the points, where the observation has them.
    """

    inputs: NDArray[np.float32]
    scale: float = 1.0
    normals: Points | None = None


def prepared(observation: Observation, spec: InputSpec, seed: int = 0) -> PreparedInput:
    """An observation as a network with this spec wants it.

    Parameters
    ----------
    observation : Observation
        In its own frame.
    spec : InputSpec
        The card's.
    seed : int
        For networks that want a certain number of points.

    Raises
    ------
    ModelError
        If the network takes another kind of input, or nothing of it lies in the box.
    EmptyShapeError
        If nothing of a photo is opaque.
    """
    if isinstance(observation, Imagined):
        raise ModelError(
            f"there is nothing to encode in '{observation.name}', it is a code alone: "
            "use the model that it belongs to"
        )
    if spec.kind == "image":
        if not isinstance(observation, Image):
            raise _mismatch(observation, "a photo")
        return PreparedInput(_photo(observation, spec.resolution or 224, spec.has_opacity))
    if isinstance(observation, Image):
        raise _mismatch(observation, "voxels" if spec.kind == "voxels" else "a scan or a mesh")
    if spec.kind == "voxels":
        return PreparedInput(_voxels(observation, spec.resolution or 32)[None].astype(np.float32))
    return _cloud(observation, spec, seed)


def _mismatch(observation: Observation, wanted: str) -> ModelError:
    given = "a point cloud"
    if isinstance(observation, Image | VoxelGrid):
        given = "a photo" if isinstance(observation, Image) else "voxels"
    return ModelError(
        f"this model takes {wanted}, not {given}: choose a model for {given} or give {wanted}"
    )


def _photo(image: Image, side: int, has_opacity: bool) -> NDArray[np.float32]:
    """Over white, resized whatever its shape as the papers' demo does, (1, 3, side, side) 0..1.

    If opacity is wanted, the square about the object instead, with opacity as the fourth channel.
    """
    from PIL import Image as Pillow

    if has_opacity:
        framed = Image(cropped(image, square_of_object(image.opacity()), side))
        pixels = np.dstack([framed.on_white(), framed.opacity()]).astype(np.float32)
    else:
        picture = Pillow.fromarray(np.ascontiguousarray(image.on_white()))
        if picture.size != (side, side):
            picture = picture.resize((side, side), Pillow.Resampling.BILINEAR)
        pixels = np.asarray(picture, np.float32)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))[None] / np.float32(255)


def _voxels(observation: PointCloud | VoxelGrid, resolution: int) -> Occupancy:
    """Cells of the cube; a scan fills those that its points lie in, and what they enclose."""
    if isinstance(observation, VoxelGrid):
        return observation.resampled(resolution)
    from scipy.ndimage import binary_fill_holes

    place = np.floor((observation.model_points + 0.5) * resolution).astype(np.int64)
    # what lies exactly on the cube's upper faces belongs to the last cells
    place[(place == resolution) & (observation.model_points <= 0.5 + 1e-6)] = resolution - 1
    within = place[((place >= 0) & (place < resolution)).all(axis=1)]
    if not len(within):
        raise ModelError("no point lies in the model's cube: fit the frame to the points")
    cells = np.zeros((resolution,) * 3, np.bool_)
    cells[tuple(within.T)] = True
    return np.asarray(binary_fill_holes(cells), np.bool_)


def _cloud(observation: PointCloud | VoxelGrid, spec: InputSpec, seed: int) -> PreparedInput:
    points = observation.model_points
    scale = _scale(points, observation, spec)
    normals = None
    if isinstance(observation, PointCloud) and observation.normals is not None:
        normals = observation.frame.normals_to_model(observation.normals)
    if spec.normalisation == "cube":
        inside = (np.abs(points) <= spec.box_side / 2).all(axis=1)
        if not inside.any():
            raise ModelError("no point lies in the model's cube: fit the frame to the points")
        if not inside.all():
            points = points[inside]
            normals = None if normals is None else normals[inside]
    if spec.kind == "points":
        points, normals = _sampled(points, spec, seed), None
    elif len(points) > _MOST_FITTED:
        rows = np.random.default_rng(seed).choice(len(points), _MOST_FITTED, replace=False)
        points, normals = points[rows], None if normals is None else normals[rows]
    inputs = points if scale == 1 else points * np.float32(scale)
    if spec.frames > 1:
        inputs = np.repeat(inputs[None], spec.frames, axis=0)
    return PreparedInput(np.ascontiguousarray(inputs[None], np.float32), scale, normals)


def _sampled(points: Points, spec: InputSpec, seed: int) -> Points:
    if not spec.is_drawn:
        return thinned(points, spec.points)
    rows = np.random.default_rng(seed).integers(0, len(points), spec.points)
    return points[rows]


def _scale(points: Points, observation: PointCloud | VoxelGrid, spec: InputSpec) -> float:
    if spec.normalisation == "metres":
        return 1 / observation.frame.scale
    if spec.normalisation == "sphere":
        return 1 / (SPHERE_MARGIN * float(np.linalg.norm(points, axis=1).max()))
    return 1.0
