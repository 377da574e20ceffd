"""From a part of a shape to whole shapes: what `latents.completion` does, for observations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from occstudio.errors import ModelError
from occstudio.inference.neural_field import SCALE, out_of_memory
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.preparation import prepared
from occstudio.inference.surface_index import SurfaceIndex
from occstudio.latents.code_book import CODE, CodeBook, Codes
from occstudio.latents.completed_shape import CompletedShape, Told
from occstudio.latents.completion import PLACES, Alternative, CompletionSettings, Start, complete
from occstudio.latents.field_losses import part_loss
from occstudio.latents.field_samples import FieldSamples
from occstudio.networks.occupancy_network import FittedNetwork
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import level_of
from occstudio.shapes.frame import Frame
from occstudio.shapes.latent import Latent
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.voxel_grid import VoxelGrid
from occstudio.shapes.watch import UNWATCHED, Watch


def complete_shape(
    observation: Observation,
    model: NeuralModel,
    *,
    book: CodeBook | None = None,
    known: NDArray[np.bool_] | None = None,
    settings: CompletionSettings | None = None,
    watch: Watch = UNWATCHED,
    told: Told | None = None,
) -> tuple[CompletedShape, ...]:
    """Whole shapes that agree with what was seen of one, the best first.

    Parameters
    ----------
    observation : PointCloud or VoxelGrid
        A scan or a part of it, some strokes of points, or voxels.
    model : NeuralModel
        With one code for a shape.
    book : CodeBook, optional
        Of the model; see `occstudio.code_book`.
    known : (X, Y, Z) bool, optional
        Which cells of the voxels are known; the others may be full or empty.
    settings : CompletionSettings, optional
        How many alternatives, and whether the observation is a part.
    watch : Watch
        Asked often; cancelling loses nothing that `told` was given.
    told : callable, optional
        Given the best so far a few times a second.

    Raises
    ------
    ModelError
        If the model has no single code for a shape, or nothing can be fitted to.
    Cancelled
        If the watch says so.
    """
    network, card = model.network, model.card
    if not isinstance(network, FittedNetwork):
        raise ModelError(
            f"'{card.name}' has no single code for a shape to be fitted: choose a model with a "
            "space of shapes"
        )
    settings = settings or CompletionSettings()
    watch.report("fit", 0.0)
    scale = prepared(observation, card.input_spec).scale
    device = torch.device(model.device)
    samples = _samples(observation, known, scale).to(device)
    encoded = _encoded(observation, model, settings) if card.input_kind == "points" else []
    starts: list[Start] = []
    if book is not None and isinstance(observation, PointCloud):
        index = SurfaceIndex.of(model, book, watch)
        points = np.float32(scale) * observation.model_points
        starts = index.starts(points, is_part=settings.is_part, count=settings.restarts)

    def shape_of(found: Alternative) -> CompletedShape:
        arrays = {CODE: found.code}
        if scale != 1:
            arrays[SCALE] = np.array([scale], np.float32)
        frame = placed(observation.frame, np.array(found.shift) / scale, found.scale)
        return CompletedShape(Latent(arrays, card.name), frame, found.loss)

    level = 0.0 if network.gives_distances else level_of(card.threshold)
    try:
        found = complete(
            network,
            samples,
            book=book,
            encoded=encoded,
            starts=starts,
            loss=part_loss(level, is_distance=network.gives_distances),
            settings=settings,
            watch=watch,
            told=None if told is None else lambda best, share: told(shape_of(best), share),
        )
    except torch.OutOfMemoryError as error:
        raise out_of_memory(device) from error
    return tuple(shape_of(alternative) for alternative in found)


def placed(frame: Frame, shift: NDArray[np.floating], scale: float) -> Frame:
    """The frame in which model points p of this frame are at `scale` p + `shift`."""
    if scale == 1 and not np.any(shift):
        return frame
    middle = frame.to_world((-np.asarray(shift, np.float64) / scale)[None])[0]
    x, y, z = (float(part) for part in middle)
    return replace(frame, center=(x, y, z), scale=frame.scale * scale)


def _samples(
    observation: Observation, known: NDArray[np.bool_] | None, scale: float
) -> FieldSamples:
    if isinstance(observation, VoxelGrid):
        full = observation.occupancy
        if known is not None and known.shape != full.shape:
            raise ModelError(
                f"what is known of the voxels came as {known.shape}, expected {full.shape}"
            )
        # Beside a full cell an empty one may hold a part of the surface.
        void = ~full if known is None else ~full & known
        return FieldSamples.of_cells(
            scale * _centres(observation, full), scale * _centres(observation, void)
        )
    assert isinstance(observation, PointCloud)
    normals = observation.normals
    if normals is not None:
        normals = observation.frame.normals_to_model(normals)
    return FieldSamples.of_part(np.float32(scale) * observation.model_points, normals)


def _centres(grid: VoxelGrid, cells: NDArray[np.bool_]) -> Points:
    places = np.asarray(grid.origin) + (np.argwhere(cells) + 0.5) * grid.cell
    return grid.frame.to_model(places)


def _encoded(
    observation: Observation, model: NeuralModel, settings: CompletionSettings
) -> list[Codes]:
    """What the encoder makes of it, at each place where it may be."""
    assert isinstance(observation, PointCloud | VoxelGrid)
    codes: list[Codes] = []
    for x, y, z, size in PLACES if settings.is_part else PLACES[:1]:
        moved = observation.with_frame(placed(observation.frame, np.array([x, y, z]), size))
        found = prepared(moved, model.card.input_spec)
        codes.append(model.encode_prepared(found).arrays[CODE])
    return codes
