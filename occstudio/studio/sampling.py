"""One field's lattice, with what was learnt about its cost.

How fine may a preview be? The first is chosen by the cost of a point; from then on each preview
that was quick allows the next a finer grid, and one that was slow a coarser. Grids of previews
and of full surfaces share the lattice's answers, so a dragged threshold asks for little.
"""

from occstudio.extraction.lattice import Lattice
from occstudio.extraction.preview import RESOLUTIONS, preview_resolution
from occstudio.extraction.surface import Extraction, extract_surface
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.field import Field
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import Watch

PREVIEW_S = 0.04
"""What a preview may take."""

_UNKNOWN_COST_S = 8e-6


class Sampling:
    """The lattice of one field, and surfaces from it.

    Parameters
    ----------
    field : Field
        What is sampled.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self.lattice = Lattice(field)
        self._cost_s = _UNKNOWN_COST_S
        self._finest: int | None = None

    def preview_resolution(self, wanted: int) -> int:
        """How fine the next preview may be; never finer than what is wanted."""
        allowed = self._finest or preview_resolution(self._cost_s, PREVIEW_S)
        return min(allowed, wanted)

    def surface(
        self, resolution: int, threshold: float, watch: Watch, *, is_preview: bool, refine: bool
    ) -> Extraction:
        """The surface at a resolution and a threshold, with normals.

        With `refine` its vertices are moved onto the level set and its normals are the field's.

        Raises
        ------
        NoSurfaceError
            If the field crosses the threshold nowhere.
        """
        found = extract_surface(
            self.field,
            resolution=resolution,
            threshold=threshold,
            refine_steps=int(refine),
            normals=refine,
            lattice=self.lattice,
            watch=watch,
        )
        self._learn(found, resolution, is_preview=is_preview)
        if refine:
            return found
        watch.check()
        mesh = Mesh(found.mesh.vertices, found.mesh.faces, triangle_normals(found.mesh, watch))
        return Extraction(
            mesh, found.evaluations, found.seconds, found.coarse_values, found.value_range
        )

    def _learn(self, found: Extraction, resolution: int, *, is_preview: bool) -> None:
        seconds = sum(found.seconds.values())
        if found.evaluations > 2000:
            self._cost_s = found.seconds["decode"] / found.evaluations
        if not is_preview:
            # The coarse grids are known now: begin the next drag where answers are shared.
            self._finest = self._finest if (self._finest or 0) >= 32 else min(64, resolution)
        elif resolution in RESOLUTIONS:
            place = RESOLUTIONS.index(resolution)
            if seconds > PREVIEW_S:
                self._finest = RESOLUTIONS[max(place - 1, 0)]
            elif seconds < PREVIEW_S / 4 and self._finest is not None:
                self._finest = RESOLUTIONS[min(place + 1, len(RESOLUTIONS) - 1)]
