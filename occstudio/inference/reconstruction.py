"""The sentence of the product, run once: observation, latent, field, surface, mesh."""

from occstudio.extraction.surface import extract_surface
from occstudio.extraction.wholeness import extract_imagined
from occstudio.inference.photo_reconstruction import reconstruct_photo
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch


def reconstruct(
    observation: Observation,
    model: ShapeModel,
    *,
    resolution: int = 128,
    threshold: float | None = None,
    watch: Watch = UNWATCHED,
) -> Mesh:
    """The mesh of an observation, back in the observation's world.

    Parameters
    ----------
    observation : Observation
        What was seen; its frame says how it lies in the model's cube. Of a photo the object is cut
        out if the model wants it, and the mesh has its colours; see `reconstruct_photo`.
    model : ShapeModel
        For example `occstudio.load_model()`.
    resolution : int
        Cells along each side of the field's box, 16 to 1024.
    threshold : float, optional
        Probability of the surface; the model's own if None.
    watch : Watch
        Told of progress, asked whether to go on.

    Returns
    -------
    Mesh
        World coordinates, float64, wound outward, with normals.

    Raises
    ------
    NoSurfaceError
        If the field crosses the threshold nowhere.
    """
    if isinstance(observation, Image):
        made = reconstruct_photo(
            observation, model, resolution=resolution, threshold=threshold, watch=watch
        )
        return made.mesh.placed(observation.frame)
    latent = model.encode(observation, watch)
    mesh = decode(latent, model, resolution=resolution, threshold=threshold, watch=watch)
    return mesh.placed(observation.frame)


def decode(
    latent: Latent,
    model: ShapeModel,
    *,
    resolution: int = 128,
    threshold: float | None = None,
    in_one_piece: bool = False,
    watch: Watch = UNWATCHED,
) -> Mesh:
    """The mesh of a latent, in the model's cube.

    Parameters
    ----------
    latent : Latent
        Of the model: from a book of codes, a path between two, a prior.
    model, resolution, threshold, watch
        As for `reconstruct`.
    in_one_piece : bool
        Whether the threshold is chosen, as low as it has to be for the shape to hang together:
        for samples and what lies between two shapes.

    Raises
    ------
    NoSurfaceError
        If the field crosses the threshold nowhere.
    """
    if in_one_piece:
        return extract_imagined(model, latent, resolution=resolution, watch=watch)[0].mesh
    level = model.card.threshold if threshold is None else threshold
    field = model.field(latent)
    return extract_surface(field, resolution=resolution, threshold=level, watch=watch).mesh
