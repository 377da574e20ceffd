"""One GLB file that shows meshes one after the other, as an animation.

Surfaces of a field have other vertices at each step, so that no morph target can lead from one to
the next. Each step is a node of its own; the animation gives the one whose time it is the scale
one and all others the scale nought, without a transition. Blender, three.js and the viewers of
operating systems play that.
"""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError
from occstudio.exchange.atomic_file import atomic_file
from occstudio.exchange.mesh_encoders import glb_blocks, surface_material
from occstudio.shapes.mesh import Mesh

_VERTICES, _INDICES = 34962, 34963


def write_steps(
    meshes: Sequence[Mesh], path: str | os.PathLike[str], *, steps_per_second: float = 12
) -> None:
    """Write meshes as the steps of one animated GLB.

    Parameters
    ----------
    meshes : sequence of Mesh
        +Y up, near the origin; those that are empty are left out of their time.
    path : path
        An existing file is replaced.
    steps_per_second : float
        How fast they follow each other.

    Raises
    ------
    EmptyShapeError
        If none has a triangle.
    UnwritableFileError
        With the cause; nothing half-written is left.
    """
    if all(mesh.is_empty for mesh in meshes):
        raise EmptyShapeError(
            f"none of the shapes has a triangle, so '{path}' was not written: choose another "
            "threshold"
        )
    steps = _Steps(steps_per_second, len(meshes))
    for number, mesh in enumerate(meshes):
        if not mesh.is_empty:
            steps.add(number, mesh)
    with atomic_file(path) as (file, _):
        for block in glb_blocks(steps.tree(), steps.views):
            file.write(block)


class _Steps:
    """Nodes, meshes and channels of the file, as they are added."""

    def __init__(self, rate: float, count: int) -> None:
        self.views: list[tuple[bytes, int | None]] = []
        self._accessors: list[dict[str, object]] = []
        self._nodes: list[dict[str, object]] = []
        self._meshes: list[dict[str, object]] = []
        self._channels: list[dict[str, object]] = []
        self._samplers: list[dict[str, object]] = []
        self._times = np.arange(count + 1, dtype=np.float32) / np.float32(rate)

    def add(self, number: int, mesh: Mesh) -> None:
        """Show a mesh at its step."""
        places = mesh.vertices.astype("<f4")
        bounds = {"min": places.min(axis=0).tolist(), "max": places.max(axis=0).tolist()}
        indices = self._data(mesh.faces.astype("<u4").reshape(-1), 5125, "SCALAR", _INDICES)
        attributes = {"POSITION": self._data(places, 5126, "VEC3", _VERTICES, **bounds)}
        if mesh.normals is not None:
            length = np.linalg.norm(mesh.normals, axis=1, keepdims=True)
            unit = np.where(length > 1e-6, mesh.normals / np.maximum(length, 1e-6), [0, 1, 0])
            attributes["NORMAL"] = self._data(unit.astype("<f4"), 5126, "VEC3", _VERTICES)
        part = {"attributes": attributes, "indices": indices, "material": 0, "mode": 4}
        node = len(self._nodes)
        is_first = node == 0
        self._meshes.append({"primitives": [part]})
        self._nodes.append(
            {"mesh": node, "name": f"step {number + 1}", "scale": [float(is_first)] * 3}
        )
        # Before its time, its time, after it; the last one stays until it begins anew.
        keys = np.unique([0, number, number + 1])
        times = self._times[keys]
        is_shown = (keys == number) | ((keys > number) & (number + 2 == len(self._times)))
        scales = np.repeat(is_shown, 3).astype("<f4").reshape(-1, 3)
        ends = {"min": [float(times[0])], "max": [float(times[-1])]}
        self._samplers.append(
            {
                "input": self._data(times, 5126, "SCALAR", None, **ends),
                "output": self._data(scales, 5126, "VEC3", None),
                "interpolation": "STEP",
            }
        )
        self._channels.append({"sampler": node, "target": {"node": node, "path": "scale"}})

    def tree(self) -> dict[str, object]:
        """The glTF."""
        return {
            "scene": 0,
            "scenes": [{"nodes": list(range(len(self._nodes)))}],
            "nodes": self._nodes,
            "meshes": self._meshes,
            "materials": [surface_material(has_colors=False)],
            "accessors": self._accessors,
            "animations": [
                {"name": "steps", "channels": self._channels, "samplers": self._samplers}
            ],
        }

    def _data(
        self,
        data: NDArray[np.generic],
        component: int,
        kind: str,
        target: int | None,
        **entry: object,
    ) -> int:
        """The accessor of an array."""
        self._accessors.append(
            {
                "bufferView": len(self.views),
                "componentType": component,
                "count": len(data),
                "type": kind,
                **entry,
            }
        )
        self.views.append((data.tobytes(), target))
        return len(self._accessors) - 1
