"""OccStudio: neural implicit shapes, from an observation to a mesh.

The public API in one screen. Names are loaded on first use, so that ``import occstudio`` is
instant and pulls in neither torch nor VTK.

    import occstudio

    cloud = occstudio.read_point_cloud("chair.ply")
    model = occstudio.load_model("scan-any")
    mesh = occstudio.reconstruct(cloud, model, resolution=128)
    occstudio.write_mesh(mesh, "chair.obj")

From a photo, with what is sure and what is not:

    made = occstudio.reconstruct_photo(occstudio.read_image("chair.jpg"), photo_model)
    occstudio.write_mesh(made.mesh, "chair.glb")

Between shapes, and beyond those that there are:

    model, book = occstudio.load_model("furniture-space"), occstudio.code_book("furniture-space")
    way = occstudio.path_between([book.find("chair"), book.find("sofa")], "data", book)
    mesh = occstudio.decode(way.at(0.5), model)
    drawn = occstudio.Prior.of(book, "chair").sample(16, seed=7, temperature=0.8)
    wholes = occstudio.complete_shape(cloud, model, book=book)
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from occstudio.errors import OccStudioError
    from occstudio.exchange.image_reader import read_image
    from occstudio.exchange.mesh_writer import write_mesh
    from occstudio.exchange.point_cloud_reader import read_point_cloud
    from occstudio.extraction.surface import extract_surface
    from occstudio.inference.completion import complete_shape
    from occstudio.inference.library import code_book, load_model
    from occstudio.inference.photo_reconstruction import reconstruct_photo
    from occstudio.inference.reconstruction import decode, reconstruct
    from occstudio.latents.code_book import CodeBook
    from occstudio.latents.paths import path_between
    from occstudio.latents.prior import Prior
    from occstudio.shapes.frame import Frame
    from occstudio.shapes.mesh import Mesh
    from occstudio.shapes.point_cloud import PointCloud

_HOMES = {
    "CodeBook": "occstudio.latents.code_book",
    "Frame": "occstudio.shapes.frame",
    "Mesh": "occstudio.shapes.mesh",
    "OccStudioError": "occstudio.errors",
    "PointCloud": "occstudio.shapes.point_cloud",
    "Prior": "occstudio.latents.prior",
    "code_book": "occstudio.inference.library",
    "complete_shape": "occstudio.inference.completion",
    "decode": "occstudio.inference.reconstruction",
    "extract_surface": "occstudio.extraction.surface",
    "load_model": "occstudio.inference.library",
    "path_between": "occstudio.latents.paths",
    "read_image": "occstudio.exchange.image_reader",
    "read_point_cloud": "occstudio.exchange.point_cloud_reader",
    "reconstruct": "occstudio.inference.reconstruction",
    "reconstruct_photo": "occstudio.inference.photo_reconstruction",
    "write_mesh": "occstudio.exchange.mesh_writer",
}

__all__ = [
    "CodeBook",
    "Frame",
    "Mesh",
    "OccStudioError",
    "PointCloud",
    "Prior",
    "__version__",
    "code_book",
    "complete_shape",
    "decode",
    "extract_surface",
    "load_model",
    "path_between",
    "read_image",
    "read_point_cloud",
    "reconstruct",
    "reconstruct_photo",
    "write_mesh",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'occstudio' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
