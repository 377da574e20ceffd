"""All kinds of procedural shapes by name, weighted as training wants them, and `draw`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from occstudio.datasets.procedural.armchair import armchair
from occstudio.datasets.procedural.bed import bed
from occstudio.datasets.procedural.bench import bench
from occstudio.datasets.procedural.chair import chair, office_chair, stool, windsor
from occstudio.datasets.procedural.csg import csg
from occstudio.datasets.procedural.desk import desk
from occstudio.datasets.procedural.everyday import everyday
from occstudio.datasets.procedural.lamp import lamp
from occstudio.datasets.procedural.lounger import lounger
from occstudio.datasets.procedural.seating import one_of
from occstudio.datasets.procedural.sofa import sofa
from occstudio.datasets.procedural.solid import ProceduralSolid
from occstudio.datasets.procedural.storage import storage
from occstudio.datasets.procedural.table import glass_table, table

Grammar = Callable[[np.random.Generator], ProceduralSolid]

_GRAMMARS: dict[str, tuple[float, Grammar]] = {
    "chair": (21, chair),
    "windsor": (5, windsor),
    "office_chair": (4, office_chair),
    "stool": (6, stool),
    "armchair": (7, armchair),
    "sofa": (5, sofa),
    "lounger": (4, lounger),
    "bench": (3, bench),
    "table": (9, table),
    "glass_table": (1.5, glass_table),
    "desk": (4, desk),
    "storage": (8, storage),
    "bed": (5, bed),
    "lamp": (7, lamp),
    "everyday": (6, everyday),
    "csg": (6, csg),
}

KINDS: Mapping[str, float] = MappingProxyType({k: w for k, (w, _) in _GRAMMARS.items()})


def draw(rng: np.random.Generator, kind: str | None = None) -> ProceduralSolid:
    """A new solid, centred with longest side 1, +Y up and +Z front.

    Parameters
    ----------
    rng : Generator
        The same state draws the same solid.
    kind : str or None
        One of `KINDS`; None draws a kind by weight.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    name = kind or one_of(rng, KINDS)
    if name not in _GRAMMARS:
        message = f"no procedural kind '{name}'; choose one of {', '.join(KINDS)}"
        raise ValueError(message)
    return _GRAMMARS[name][1](rng)
