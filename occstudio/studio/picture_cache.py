"""Pictures of a book's shapes, kept on disk: they need not be drawn at each start.

They belong to the weights that decoded them, so each version of a model has a folder of its own.
What can't be read or written is drawn again: nothing depends on this.
"""

import hashlib
import logging
import os
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from occstudio import paths
from occstudio.latents.code_book import CODE, CodeBook
from occstudio.shapes.latent import Latent
from occstudio.studio.thumbnail import Picture

_log = logging.getLogger(__name__)


class PictureCache:
    """The pictures of one book; to be used by one thread.

    Parameters
    ----------
    book : CodeBook
        Only its own shapes are kept, and none if it knows no version of its weights.
    resolution : int
        Cells along an axis of what is drawn.
    """

    def __init__(self, book: CodeBook, resolution: int) -> None:
        self._known = frozenset(code.tobytes() for code in book.codes if book.version)
        version = hashlib.sha256(f"{book.model} {book.version}".encode()).hexdigest()[:16]
        self._folder = paths.user_cache() / "pictures" / f"{version}-{resolution}"

    def read(self, latent: Latent) -> Picture | None:
        """The picture of a shape, None if there is none."""
        place = self._place(latent)
        if place is None or not place.is_file():
            return None
        try:
            with Pillow.open(place) as held:
                return np.asarray(held.convert("RGBA"))
        except OSError:
            return None

    def write(self, latent: Latent, picture: Picture) -> None:
        """Keep a picture, if it is of a shape of the book."""
        place = self._place(latent)
        if place is None:
            return
        fresh = place.with_suffix(f".{os.getpid()}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            Pillow.fromarray(picture).save(fresh, "PNG")
            fresh.replace(place)
        except OSError as error:
            _log.info("a picture could not be kept: %s", error)

    def _place(self, latent: Latent) -> Path | None:
        code = latent.arrays.get(CODE)
        if code is None or code.tobytes() not in self._known:
            return None
        return self._folder / f"{hashlib.sha256(code.tobytes()).hexdigest()[:24]}.png"
