"""What ``occstudio reconstruct`` does with photos: its options, and what it says of the result."""

from pathlib import Path
from typing import TYPE_CHECKING

from occstudio.errors import OccStudioError

if TYPE_CHECKING:
    from occstudio.inference.photo_reconstruction import PhotoReconstruction, PhotoWishes


def photo_wishes(
    box: str, *, cuts: bool, colours: bool, fits: bool, learned: bool, network: Path | None
) -> "PhotoWishes":
    """The options as one value.

    Raises
    ------
    OccStudioError
        If the box is none, or options contradict each other.
    """
    from occstudio.inference.photo_reconstruction import PhotoWishes

    around = None
    if box:
        try:
            left, top, right, bottom = (float(part) for part in box.split(","))
        except ValueError as error:
            raise OccStudioError(
                f"'{box}' is no box: give left,top,right,bottom in pixels, as in 120,80,900,1100"
            ) from error
        around = (left, top, right, bottom)
    if not cuts and (around is not None or learned or network is not None):
        raise OccStudioError("nothing is cut out with --no-cut-out: leave it away, or the rest")
    mask = None
    if learned or network is not None:
        from occstudio.exchange.learned_mask import learned_mask

        mask = learned_mask(network)
    wanted = None if cuts and around is None and mask is None else cuts
    return PhotoWishes(wanted, around, (), mask, fits, colours)


def said_of(made: "PhotoReconstruction") -> tuple[str, ...]:
    """How far the result is to be trusted, a line each."""
    from occstudio.shapes.photo_reading import SURE, UNSURE

    if made.reading is None:
        return made.doubts
    confidence = made.reading.confidence
    verdict = "likely right in its main features"
    if confidence < SURE:
        verdict = "a guess" if confidence >= UNSURE else "it may be far off"
    return (f"confidence {confidence:.0%}: {verdict}", *made.doubts)
