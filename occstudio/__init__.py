"""OccStudio: neural implicit shapes, from an observation to a mesh.

The public API in one screen. Names are loaded on first use, so that ``import occstudio`` is
instant and pulls in neither torch nor VTK.

    import occstudio

    cloud = occstudio.read_point_cloud("chair.ply")
    model = occstudio.load_model("scan-any")
    mesh = occstudio.reconstruct(cloud, model, resolution=128)
    occstudio.write_mesh(mesh, "chair.obj")
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from occstudio.errors import OccStudioError
    from occstudio.exchange.mesh_writer import write_mesh
    from occstudio.exchange.point_cloud_reader import read_point_cloud
    from occstudio.extraction.surface import extract_surface
    from occstudio.inference.library import load_model
    from occstudio.inference.reconstruction import reconstruct
    from occstudio.shapes.frame import Frame
    from occstudio.shapes.mesh import Mesh
    from occstudio.shapes.point_cloud import PointCloud

_HOMES = {
    "Frame": "occstudio.shapes.frame",
    "Mesh": "occstudio.shapes.mesh",
    "OccStudioError": "occstudio.errors",
    "PointCloud": "occstudio.shapes.point_cloud",
    "extract_surface": "occstudio.extraction.surface",
    "load_model": "occstudio.inference.library",
    "read_point_cloud": "occstudio.exchange.point_cloud_reader",
    "reconstruct": "occstudio.inference.reconstruction",
    "write_mesh": "occstudio.exchange.mesh_writer",
}

__all__ = [
    "Frame",
    "Mesh",
    "OccStudioError",
    "PointCloud",
    "__version__",
    "extract_surface",
    "load_model",
    "read_point_cloud",
    "reconstruct",
    "write_mesh",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'occstudio' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
