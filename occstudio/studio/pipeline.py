"""The sentence of the product as stages that remember: input, encode, field, surface, finish.

A request is a frozen value with everything that its result depends on (`Wish`). Each stage
keeps its last results under the identity of its inputs, so another threshold asks the network
only what is not known yet near the new surface, another finishing asks nothing at all, and undo
finds what it left.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Self, TypeVar

from occstudio.errors import EmptyShapeError
from occstudio.extraction.surface import Extraction
from occstudio.extraction.wholeness import without_crumbs
from occstudio.finishing.finishing import Finished, Finishing, finished
from occstudio.finishing.openness import openness
from occstudio.finishing.photo_colors import DETAIL, color_by_photo
from occstudio.finishing.stand_in import StandIn, stand_in
from occstudio.shapes.arrays import Values
from occstudio.shapes.field import Field
from occstudio.shapes.frame import Frame
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.photo_reading import PhotoReader, PhotoReading
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.shared_field import SharedField
from occstudio.shapes.watch import Watch
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.field_histogram import FieldHistogram
from occstudio.studio.input_edit import InputEdit, edited
from occstudio.studio.memory import Memory
from occstudio.studio.mesh_facts import MeshFacts, measure
from occstudio.studio.pace import Pace
from occstudio.studio.photo_cut import FOUND, cut_photo
from occstudio.studio.sampling import Sampling

LoadModel = Callable[[str, str], ShapeModel]
"""From a model's name and a device to a loaded model."""

Made = TypeVar("Made")

_ROUGH_DETAIL = 160
"""Pixels of the photo's side that colour a preview."""


class Quality(Enum):
    """A quick look while the hand moves, or the surface that was asked for."""

    PREVIEW = "preview"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that the surface of an item depends on."""

    source: Source
    frame: Frame
    model: str
    resolution: int
    threshold: float
    in_one_piece: bool
    refine: bool
    input_edit: InputEdit
    finishing: Finishing
    time: float
    latent: Latent | None
    reading: PhotoReading | None = None

    @classmethod
    def of(cls, item: ShapeItem) -> Self:
        """The wish of an item; its name, its colour and its eye don't matter."""
        return cls(
            item.source,
            item.frame,
            item.model,
            item.resolution,
            item.threshold,
            item.in_one_piece,
            item.refines,
            item.input_edit,
            item.finishing,
            item.time,
            item.latent,
            item.reading,
        )


@dataclass(frozen=True, slots=True)
class ShapeRequest:
    """One item's wish at one quality; ids grow, so the newest is known."""

    id: int
    item_id: int
    wish: Wish
    quality: Quality
    device: str


@dataclass(frozen=True, slots=True, eq=False)
class ShapeResult:
    """The surface of a request.

    Parameters
    ----------
    request_id : int
        Of the request.
    wish : Wish
        What was asked.
    quality : Quality
        Preview or full.
    mesh : Mesh
        In the model's cube, finished, with normals.
    observation : Observation
        What was encoded: the input with its edits, in the frame that the mesh lies in.
    resolution : int
        Cells along an axis; coarser than wished in a preview.
    device : str
        Where the field was evaluated.
    evaluations : int
        Points that the field was asked for this surface.
    seconds : mapping of str to float
        By stage; what was remembered is missing.
    facts : MeshFacts or None
        Measured of full surfaces.
    notes : tuple of str
        What could not be finished as asked, one sentence each.
    extracted_faces : int
        Triangles before finishing.
    histogram : FieldHistogram or None
        Of the field's values throughout its box.
    latent : Latent or None
        What was decoded.
    openness : (V,) float32 or None
        The part of the light from around that reaches each vertex of a full surface.
    threshold : float or None
        Of this surface, where it had to be lower than wished to leave it in one piece.
    reading : PhotoReading or None
        What a photo was taken to show, and from where.
    doubts : tuple of str
        What may be wrong with a photo's cut-out and its reading, one sentence each.
    stand_in : StandIn or None
        A coarser surface to be drawn where drawing is slow, for a full one that is dense.
    """

    request_id: int
    wish: Wish
    quality: Quality
    mesh: Mesh
    observation: Observation
    resolution: int
    device: str
    evaluations: int
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    facts: MeshFacts | None = None
    notes: tuple[str, ...] = ()
    extracted_faces: int = 0
    histogram: FieldHistogram | None = None
    latent: Latent | None = None
    openness: Values | None = None
    threshold: float | None = None
    reading: PhotoReading | None = None
    doubts: tuple[str, ...] = ()
    stand_in: StandIn | None = None

    @property
    def frame(self) -> Frame:
        """How the mesh lies in the world: as its item, or as what cropping left of the input."""
        return self.observation.frame


def plan(request_id: int, item: ShapeItem, quality: Quality, device: str) -> ShapeRequest:
    """The request that gives an item its surface; microseconds, no look at any array."""
    return ShapeRequest(request_id, item.id, Wish.of(item), quality, device)


class Pipeline:
    """The stages with their memories. `run` belongs to one thread, `model` and `field` to any.

    Parameters
    ----------
    load_model : callable
        From a name and a device to a `ShapeModel`.
    """

    def __init__(self, load_model: LoadModel) -> None:
        self._load_model = load_model
        self._model_lock, self._field_lock = threading.Lock(), threading.Lock()
        self._models, self._inputs = Memory(2), Memory(8)
        self._cuts, self._painted = Memory(4), Memory(4)
        self._latents, self._fields = Memory(8), Memory(8)
        self._samplings, self._surfaces = Memory(4), Memory(6)
        self._finished = Memory(8)
        self._pace = Pace()
        self._held_together: tuple[int, float] | None = None

    def model(self, name: str, device: str) -> ShapeModel:
        """The model of a name on a device, loaded once."""
        with self._model_lock:
            return self._models.get((name, device), lambda: self._load_model(name, device))[0]

    def field(self, wish: Wish, device: str, watch: Watch) -> tuple[Observation, Field]:
        """The edited input of a wish and its field, which any thread may ask."""
        watch.report("loading model", 0.0)
        encoded = self._encoded(wish, self.model(wish.model, device), _Clock(), watch)
        return encoded.observation, encoded.field

    def forget_models(self) -> None:
        """Load models anew when they are next used; what was made with them stays remembered."""
        with self._model_lock:
            self._models.clear()

    def run(self, request: ShapeRequest, watch: Watch) -> ShapeResult:
        """The surface of a request.

        Raises
        ------
        OccStudioError
            If a stage fails; what earlier stages made stays remembered.
        Cancelled
            If the watch says so.
        """
        clock = _Clock()
        wish = request.wish
        watch.report("loading model", 0.0)
        model = clock.timed("load", lambda: self.model(wish.model, request.device))
        encoded = self._encoded(wish, model, clock, watch)
        pace = None if wish.latent is None else self._pace
        sampling, _ = self._samplings.get((encoded.field,), lambda: Sampling(encoded.field, pace))
        is_preview = request.quality is Quality.PREVIEW

        threshold = self._previewed(request) if is_preview else wish.threshold

        def sampled() -> tuple[Extraction, int, float]:
            if is_preview:
                found, rough = sampling.preview(wish.resolution, threshold, watch)
                if wish.in_one_piece:
                    found = replace(found, mesh=without_crumbs(found.mesh))
                return found, rough, threshold
            if wish.in_one_piece:
                found, held = sampling.whole(wish.resolution, threshold, watch, refine=wish.refine)
                return found, wish.resolution, held
            found = sampling.surface(wish.resolution, threshold, watch, refine=wish.refine)
            return found, wish.resolution, threshold

        (extraction, resolution, threshold), is_remembered = self._surfaces.get(
            (sampling, wish.resolution, threshold, wish.in_one_piece, wish.refine, is_preview),
            sampled,
        )
        if wish.in_one_piece and not is_preview:
            self._held_together = (request.item_id, threshold)
        made, _ = self._finished.get(
            (extraction, wish.finishing),
            lambda: clock.timed("finish", lambda: finished(extraction.mesh, wish.finishing, watch)),
        )
        made = self._coloured(made, wish, encoded, clock, is_preview=is_preview)
        mesh, facts, light, coarse = made.mesh, None, None, None
        if not is_preview:
            watch.check()
            facts = clock.timed("measure", lambda: measure(mesh, encoded.observation.frame, watch))
            light = clock.timed("shade", lambda: openness(mesh, watch))
            coarse = stand_in(mesh, watch)
        return ShapeResult(
            request.id,
            wish,
            request.quality,
            mesh,
            encoded.observation,
            resolution,
            model.device,
            0 if is_remembered else extraction.evaluations,
            clock.seconds | ({} if is_remembered else dict(extraction.seconds)),
            facts,
            made.notes,
            len(extraction.mesh.faces),
            FieldHistogram.of(extraction.coarse_values),
            encoded.latent,
            light,
            threshold if threshold < wish.threshold else None,
            encoded.reading,
            encoded.doubts,
            coarse,
        )

    def _previewed(self, request: ShapeRequest) -> float:
        """The threshold of a preview: pieces are not counted, the last full surface's will do."""
        wish, last = request.wish, self._held_together
        if wish.in_one_piece and last is not None and last[0] == request.item_id:
            return min(wish.threshold, last[1])
        return wish.threshold

    def _encoded(self, wish: Wish, model: ShapeModel, clock: "_Clock", watch: Watch) -> "_Encoded":
        """The edited input, its latent and field; who comes second waits for the first one."""
        with self._field_lock:
            watch.check()
            seen, doubts = self._seen(wish, model, clock, watch)
            observation, _ = self._inputs.get(
                (seen, wish.frame, wish.input_edit),
                lambda: clock.timed(
                    "input", lambda: edited(seen, wish.frame, wish.input_edit, watch)
                ),
            )
            watch.check()
            latent, reading = wish.latent, wish.reading
            if isinstance(observation, Image) and reading is None and _reads_photos(model):
                reading = self._read(model, observation, clock, watch)
            if reading is not None:
                latent = latent or reading.latent
                doubts += tuple(doubt for doubt in reading.doubts if doubt not in doubts)
            if latent is None:
                latent, _ = self._latents.get(
                    (model, observation),
                    lambda: clock.timed("encode", lambda: model.encode(observation, watch)),
                )
            shape_field, _ = self._fields.get(
                (model, latent, wish.time), lambda: SharedField(model.field(latent, wish.time))
            )
        return _Encoded(observation, latent, shape_field, reading, doubts)

    def _seen(
        self, wish: Wish, model: ShapeModel, clock: "_Clock", watch: Watch
    ) -> tuple[Observation, tuple[str, ...]]:
        """What was observed, of a photo the object; and what is doubtful about the cut-out."""
        photo, cut = wish.source.observation, wish.input_edit.cut
        if not isinstance(photo, Image):
            return photo, ()
        if cut is None and model.card.input_spec.has_opacity and not photo.has_opacity:
            cut = FOUND
        if cut is None:
            return photo, ()
        wanted = cut
        found, _ = self._cuts.get(
            (photo, wanted), lambda: clock.timed("cut out", lambda: cut_photo(photo, wanted, watch))
        )
        return found.image, found.doubts

    def _read(self, model: ShapeModel, photo: Image, clock: "_Clock", watch: Watch) -> PhotoReading:
        assert isinstance(model, PhotoReader)
        watch.report("encode", 0.0)
        read = model.read_photo
        return self._latents.get(
            (model, photo, "reading"), lambda: clock.timed("encode", lambda: read(photo))
        )[0]

    def _coloured(
        self, made: Finished, wish: Wish, encoded: "_Encoded", clock: "_Clock", *, is_preview: bool
    ) -> Finished:
        """With the photo's colours, where they are wanted and the photo's camera is known."""
        photo, reading = encoded.observation, encoded.reading
        if wish.finishing.colouring != "photo" or reading is None or made.mesh.is_empty:
            return made
        camera = reading.camera
        if camera is None or not isinstance(photo, Image):
            return made
        detail = _ROUGH_DETAIL if is_preview else DETAIL

        def paint() -> Finished:
            try:
                painted = color_by_photo(made.mesh, photo, camera, detail=detail)
            except EmptyShapeError as error:
                return replace(made, notes=(*made.notes, str(error)))
            return replace(made, mesh=painted.mesh)

        return self._painted.get((made, reading, photo), lambda: clock.timed("colour", paint))[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    """What there is before the field is asked."""

    observation: Observation
    latent: Latent
    field: Field
    reading: PhotoReading | None
    doubts: tuple[str, ...]


def _reads_photos(model: ShapeModel) -> bool:
    return isinstance(model, PhotoReader) and model.card.input_spec.has_opacity


class _Clock:
    """Seconds by stage, for what was really done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, stage: str, make: Callable[[], Made]) -> Made:
        """Do it and remember how long it took."""
        started = time.perf_counter()
        made = make()
        self.seconds[stage] = time.perf_counter() - started
        return made
