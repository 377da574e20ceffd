"""A space of shapes without weights: a code is the logarithms of an ellipsoid's radii."""

from __future__ import annotations

import numpy as np

from occstudio.latents.code_book import CODE, CodeBook, CodeEntry
from occstudio.shapes.analytic import AnalyticField
from occstudio.shapes.field import Field
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch

NAME = "ellipsoids"
COUNT = 24


class EllipsoidSpace:
    """Encodes the box of points, decodes an ellipsoid."""

    card = ModelCard(NAME, "analytic", "A space of ellipsoids", version="v1")
    device = "cpu"

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """Logarithms of the half extents."""
        watch.check()
        points = observation.model_points  # type: ignore[union-attr]
        radii = np.maximum(np.ptp(points, axis=0) / 2, 0.02)
        return Latent({CODE: np.log(radii).astype(np.float32)}, NAME)

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The ellipsoid of a code."""
        del time
        radii = np.exp(latent.arrays[CODE])
        least = np.float32(radii.min())
        return AnalyticField(
            lambda points: (np.linalg.norm(points / radii, axis=1) - np.float32(1)) * least
        )


def ellipsoid_book(name: str = "") -> CodeBook | None:
    """Half of them are flat, half of them tall; the attribute is the height."""
    if name not in ("", NAME):
        return None
    rng = np.random.default_rng(0)
    radii = rng.uniform(0.15, 0.45, (COUNT, 3))
    radii[: COUNT // 2, 1] /= 2
    codes = np.log(radii).astype(np.float32)
    entries = tuple(
        CodeEntry(f"{kind}-{k:02}", f"{kind.title()} {k}", kind, "A. Maker", "CC0", "Ellipsoids")
        for k, kind in enumerate(["flat"] * (COUNT // 2) + ["tall"] * (COUNT // 2))
    )
    heights = (2 * radii[:, 1:2]).astype(np.float32)
    return CodeBook(NAME, "v1", codes, entries, heights, ("height",))
