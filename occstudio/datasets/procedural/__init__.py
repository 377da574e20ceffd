"""An endless source of training shapes with exact labels: procedural furniture and CSG solids.

The idea: some hundred grammars' worth of choices make furniture of every topology from a few
sign-exact primitives, so occupancy labels need no mesh. `draw` makes a solid, `write_cache` and
`read_cache` keep thousands of them.
"""

from __future__ import annotations

from occstudio.datasets.procedural.cache import read_cache, write_cache
from occstudio.datasets.procedural.kinds import KINDS, draw
from occstudio.datasets.procedural.solid import Part, ProceduralSolid

__all__ = ["KINDS", "Part", "ProceduralSolid", "draw", "read_cache", "write_cache"]
