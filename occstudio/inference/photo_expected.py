"""Where a photo's shape is solid, as far as its pixels and the guessed shapes together tell.

The logarithms of their odds are added (a product of experts, Hinton 2002): pixels know what is
where, guesses what furniture is like where nothing is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.errors import EmptyShapeError
from occstudio.extraction.field_slice import probability
from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.inference.predictor import NeuralModel
from occstudio.metrics import sample_surface
from occstudio.networks.photo_projection import projected
from occstudio.networks.shape_space import CODE
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh

# Found on validation furniture: what guesses count beside pixels, and for both being too timid.
_GUESSED, _SHIFT = 0.2, 0.25
_SHARP = 2.0  # a shape that is asked to be half solid comes out ragged
_TRIED = 24_000  # points of which those are kept that may be inside
_EMPTY = 4000  # and so many others
_SURELY_OUTSIDE = 0.04  # chance of being inside
_CELLS = 40  # along an axis of the cube, of a surface
_BESIDE = 3  # pixels of a silhouette beside which nothing is looked for
_SURFACE_POINTS = 3000
_FAR = -9.0  # logit


class Expected:
    """See above.

    Parameters
    ----------
    model : NeuralModel
    evidence : PhotoEvidence
        What the pixels say.
    codes : sequence of (L,) float32
        Of the guessed shapes.
    shares : (n,) float64
        How likely each of them is, together 1.
    """

    def __init__(
        self,
        model: NeuralModel,
        evidence: PhotoEvidence,
        codes: Sequence[NDArray[np.float32]],
        shares: NDArray[np.float64],
    ) -> None:
        self.evidence, self.shares = evidence, shares
        self.fields = [model.field(Latent({CODE: code}, model.card.name)) for code in codes]
        self.half = model.card.input_spec.box_side / 2
        self.device, self.level = torch.device(model.device), level_of(model.card.threshold)

    def logits(self, camera: Tensor, points: Points) -> Tensor:
        """Logits (n,) of points (n, 3), positive inside, if this camera (7,) took the photo."""
        inside = [probability(np.asarray(field.rough(points))) for field in self.fields]
        guessed = np.clip(self.shares @ np.stack(inside), 1e-5, 1 - 1e-5)
        placed = torch.from_numpy(points).to(self.device)
        logits = self.evidence.logits(camera, placed) + _SHIFT
        return logits + torch.from_numpy(_GUESSED * np.log(guessed / (1 - guessed))).to(logits)

    def asked(self, camera: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Points (n, 3) and chances (n,) that they are inside, for a shape to agree with.

        All points that may be inside are among them, and some of the others.
        """
        points = rng.uniform(-self.half, self.half, (_TRIED, 3)).astype(np.float32)
        logits = self.logits(camera, points)
        chances = (self.level + _SHARP * (logits - self.level)).sigmoid()
        is_open = chances > _SURELY_OUTSIDE
        empty = torch.nonzero(~is_open).flatten()[:_EMPTY]
        kept = torch.cat((torch.nonzero(is_open).flatten(), empty))
        return torch.from_numpy(points).to(self.device)[kept], chances[kept]

    def surface(self, camera: Tensor, mask: NDArray[np.bool_]) -> Points | None:
        """Points (n, 3) of where it ends; None if it is nowhere solid.

        Parameters
        ----------
        camera : (7,)
        mask : (S, S) bool
            The silhouette in the photo: nothing is looked for beside it.
        """
        from scipy import ndimage
        from skimage.measure import marching_cubes

        size = 2 * self.half / _CELLS
        axis = (np.arange(_CELLS) + 0.5) * size - self.half
        points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        points = points.astype(np.float32)
        places, _ = projected(camera[None].cpu(), torch.from_numpy(points)[None])
        side = mask.shape[0]
        column, row = np.clip((places[0] * side).long().numpy().T, 0, side - 1)
        wide = np.asarray(ndimage.binary_dilation(mask, iterations=_BESIDE), np.bool_)
        there = wide[row, column]
        values = np.full(len(points), _FAR, np.float32)
        values[there] = self.logits(camera, points[there]).float().cpu().numpy()
        if not (values > self.level).any():
            return None
        # One layer of outside all around closes what would leave the lattice.
        padded = np.pad(values.reshape((_CELLS,) * 3), 1, constant_values=_FAR)
        vertices, faces, _, _ = marching_cubes(  # pyright: ignore[reportUnknownVariableType]
            padded, self.level, gradient_direction="ascent"
        )
        placed = (np.asarray(vertices, np.float32) - 0.5) * np.float32(size) - self.half
        mesh = Mesh(placed.astype(np.float32), np.asarray(faces, np.int32))
        try:
            return np.array(sample_surface(mesh, _SURFACE_POINTS).points, np.float32)
        except EmptyShapeError:
            return None
