"""How the object of a photo is cut out: a value of the document, and the doing of it.

Nothing but a box and strokes is kept; what they mean for the pixels is worked out again, on a
worker, and remembered there.
"""

from dataclasses import dataclass
from functools import lru_cache

from occstudio.errors import OccStudioError
from occstudio.exchange.learned_mask import learned_mask
from occstudio.exchange.object_mask import Box, CutOut, LearnedMask, Stroke, cut_object_out
from occstudio.shapes.image import Image
from occstudio.shapes.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True)
class PhotoCut:
    """What a person wants of the cut-out; the default lets the program find the object.

    Parameters
    ----------
    is_whole : bool
        Whether the whole picture is the object; then nothing else matters.
    box : (left, top, right, bottom), optional
        Around the object, in pixels of the photo.
    strokes : tuple of Stroke
        What belongs to the object and what doesn't.
    is_learned : bool
        Whether a network (`exchange.learned_mask`) finds the object.
    """

    is_whole: bool = False
    box: Box | None = None
    strokes: tuple[Stroke, ...] = ()
    is_learned: bool = False


FOUND = PhotoCut()
"""The program finds the object."""

WHOLE = PhotoCut(is_whole=True)
"""The picture as it is."""


def cut_photo(photo: Image, cut: PhotoCut, watch: Watch = UNWATCHED) -> CutOut:
    """The object of a photo.

    Raises
    ------
    EmptyShapeError, InvalidGeometryError
        If no object is found, or the picture is too small to find one.
    MissingExtraError, UnreadableFileError
        If a network is wanted and there is none.
    """
    watch.check()
    if cut.is_whole:
        how = "opacity" if photo.has_opacity else "plain"
        return CutOut(photo, how, 1.0)
    watch.report("cut out", 0.0)
    return cut_object_out(photo, cut.box, cut.strokes, _network() if cut.is_learned else None)


@dataclass(frozen=True, slots=True)
class CutQuestion:
    """A cut-out that somebody wants to see."""

    photo: Image
    cut: PhotoCut


@dataclass(frozen=True, slots=True, eq=False)
class CutAnswer:
    """The cut-out, or the sentence that says why there is none."""

    question: CutQuestion
    found: CutOut | None
    failure: str = ""


def answer_cut(question: CutQuestion, watch: Watch) -> CutAnswer:
    """The cut-out of a question; what a person can mend is an answer, too."""
    try:
        return CutAnswer(question, cut_photo(question.photo, question.cut, watch))
    except OccStudioError as error:
        return CutAnswer(question, None, str(error))


@lru_cache(maxsize=1)
def _network() -> LearnedMask:
    return learned_mask()  # a second or more to load
