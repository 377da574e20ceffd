"""From a photo to a coloured mesh: cut out, read, perhaps fitted, extracted, coloured.

A model that reads photos (`PhotoReader`) also says where the photo was taken from, which is what
colours need. Any other model of photos gives a mesh without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from occstudio.errors import EmptyShapeError
from occstudio.exchange.object_mask import Box, CutOut, LearnedMask, Stroke, cut_object_out
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import Extraction, extract_surface
from occstudio.extraction.wholeness import whole, without_crumbs
from occstudio.finishing.finishing import PLAIN, Finishing, finished
from occstudio.finishing.photo_colors import color_by_photo
from occstudio.shapes.field import Field
from occstudio.shapes.image import Image
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.photo_reading import PhotoReader, PhotoReading
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True, eq=False)
class PhotoWishes:
    """How a photo is to be treated.

    Parameters
    ----------
    cuts : bool, optional
        Whether the object is cut out; None for what the model wants.
    box : (left, top, right, bottom), optional
        Around the object, in pixels of the photo.
    strokes : sequence of Stroke
        Corrections of the cut-out.
    learned : callable, optional
        See `exchange.learned_mask`.
    fits : bool
        Whether shape and camera are fitted to the cut-out.
    colours : bool
        Whether the mesh is coloured by the photo.
    """

    cuts: bool | None = None
    box: Box | None = None
    strokes: Sequence[Stroke] = ()
    learned: LearnedMask | None = None
    fits: bool = False
    colours: bool = True


AS_THE_MODEL_WANTS = PhotoWishes()


@dataclass(frozen=True, slots=True, eq=False)
class PhotoReconstruction:
    """What became of a photo.

    Attributes
    ----------
    mesh : Mesh
        In the model's cube; coloured if that was wanted and possible.
    photo : Image
        As the model saw it, with its background transparent if that was cut away.
    reading : PhotoReading or None
        Confidence, camera and other shapes that fit; None if the model does not tell.
    doubts : tuple of str
        What may be wrong: of the cut-out, of the reading and of the mesh.
    """

    mesh: Mesh
    photo: Image
    reading: PhotoReading | None
    doubts: tuple[str, ...]


def reconstruct_photo(
    photo: Image,
    model: ShapeModel,
    wishes: PhotoWishes = AS_THE_MODEL_WANTS,
    *,
    resolution: int = 128,
    threshold: float | None = None,
    finishing: Finishing = PLAIN,
    watch: Watch = UNWATCHED,
) -> PhotoReconstruction:
    """The mesh of a photo.

    Parameters
    ----------
    photo : Image
        With its background, or cut out already.
    model : ShapeModel
        One that takes photos.
    wishes : PhotoWishes
    resolution, watch
        As for `reconstruct`.
    threshold : float, optional
        Of the surface; by default the model's, or a lower one where the shape falls into pieces.
    finishing : Finishing
        What is done to the mesh before it is coloured.

    Raises
    ------
    EmptyShapeError
        If no object is found in the photo.
    InvalidGeometryError
        If the photo is too small to find one.
    ModelError
        If the model does not take photos.
    NoSurfaceError
        If the field crosses the threshold nowhere.
    """
    wants_cut = model.card.input_spec.has_opacity if wishes.cuts is None else wishes.cuts
    cut: CutOut | None = None
    if wants_cut:
        watch.report("cut out", 0.0)
        cut = cut_object_out(photo, wishes.box, wishes.strokes, wishes.learned)
        photo = cut.image
    reading = None
    if isinstance(model, PhotoReader) and model.card.input_spec.has_opacity:
        watch.report("encode", 0.0)
        # Without a reading the fit tries every shape that may be, not the likeliest alone.
        fits = wishes.fits
        reading = model.fit_photo(photo, None, watch) if fits else model.read_photo(photo)
    latent = model.encode(photo, watch) if reading is None else reading.latent
    field = model.field(latent)
    if threshold is None and reading is not None:
        mesh = _in_one_piece(field, resolution, model.card.threshold, watch)
    else:
        level = model.card.threshold if threshold is None else threshold
        mesh = extract_surface(field, resolution=resolution, threshold=level, watch=watch).mesh
    made = finished(mesh, finishing, watch)
    mesh, doubts = made.mesh, (() if cut is None else cut.doubts) + made.notes
    if reading is not None:
        doubts += tuple(doubt for doubt in reading.doubts if doubt not in doubts)
        if wishes.colours and reading.camera is not None:
            watch.report("colour", 0.0)
            try:
                mesh = color_by_photo(mesh, photo, reading.camera).mesh
            except EmptyShapeError as error:
                doubts += (str(error),)
    return PhotoReconstruction(mesh, photo, reading, doubts)


def _in_one_piece(field: Field, resolution: int, threshold: float, watch: Watch) -> Mesh:
    """The surface at the threshold, or at a lower one where it falls into pieces; no crumbs."""
    lattice = Lattice(field)

    def surface(tried: float, *, bare: bool = True) -> Extraction:
        return extract_surface(
            field,
            resolution=resolution,
            threshold=tried,
            normals=not bare,
            lattice=lattice,
            watch=watch,
        )

    _, held = whole(surface, threshold)
    return without_crumbs(surface(held, bare=False).mesh)
