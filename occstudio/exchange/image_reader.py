"""Photos from picture files, upright and 8 bits a channel.

Pillow reads them. What a camera wrote about its orientation is obeyed, deeper channels are scaled
to 8 bits, and palettes, greys and CMYK become RGB. The size in the header is believed only to
refuse: a few bytes may promise a picture that does not fit into memory.
"""

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from occstudio.errors import InvalidGeometryError, MissingExtraError, UnreadableFileError
from occstudio.exchange.formats import READABLE_IMAGES, format_of, open_input, refusal
from occstudio.exchange.geometry_gate import named
from occstudio.shapes.image import Image, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_PIXELS = 120_000_000
"""Cameras stay below this."""

MOST_KEPT = 4_000_000
"""Larger photos are made smaller while they are read: no network sees the difference."""


_DAMAGE = (
    ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError
)  # fmt: skip


def read_image(path: str | os.PathLike[str]) -> Image:
    """A photo from a PNG, JPEG, WebP, BMP, TIFF or GIF file, or HEIC where `pillow-heif` is there.

    Parameters
    ----------
    path : path
        The file; its bytes, not its suffix, decide how it is read. Of several frames the first.

    Returns
    -------
    Image
        RGB, or RGBA if some of it is transparent.

    Raises
    ------
    UnreadableFileError
        If the file is missing, damaged, no picture, or of a format that is not read.
    MissingExtraError
        If it is HEIC, and the package that reads it is not there.
    InvalidGeometryError
        If it is too large to be a photo.
    """
    where = Path(path)
    entry = format_of(where)
    if entry is None or entry.key not in READABLE_IMAGES:
        raise UnreadableFileError(path, refusal(entry, "a photo"))
    if entry.key == "heic":
        _learn_heic()
    try:
        return Image(_pixels(where), name=where.stem or "photo")
    except InvalidGeometryError as error:
        raise named(error, path) from error


def _pixels(path: Path) -> Pixels:
    import warnings

    from PIL import Image as Pillow

    # Pillow may stumble over damage in many ways: struct, zlib, value and OS errors among them.
    try:
        with open_input(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(file) as picture:
                _check_size(path, picture.size)
                smaller = _smaller(picture.size)
                picture.draft(None, smaller)  # JPEG decodes at half or a quarter by itself
                picture.load()
                if picture.size[0] * picture.size[1] > MOST_KEPT and not picture.mode.startswith(
                    "I"
                ):
                    picture = picture.reduce(round(max(picture.size) / max(smaller)))  # noqa: PLW2901
                return _eight_bits(_upright(picture))
    except UnreadableFileError:
        raise
    except Pillow.DecompressionBombError as error:
        raise UnreadableFileError(path, "the picture is too large; make it smaller") from error
    except MemoryError as error:
        raise UnreadableFileError(path, "it does not fit into memory; make it smaller") from error
    except Exception as error:
        raise UnreadableFileError(
            path, "it is damaged or cut off; save or download it again"
        ) from error


def _learn_heic() -> None:
    try:
        import pillow_heif  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        purpose = "reading a HEIC photo (or save it as JPEG: then nothing is missing)"
        raise MissingExtraError(purpose, "pillow-heif", "heic") from error
    pillow_heif.register_heif_opener()


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    factor = 1
    while size[0] * size[1] > MOST_KEPT * factor**2:
        factor += 1
    return size[0] // factor, size[1] // factor


def _upright(picture: "Picture") -> "Picture":
    from PIL import ImageOps

    # Cameras and editors write broken EXIF; that is no reason to refuse a photo that is whole.
    try:
        return ImageOps.exif_transpose(picture)
    except (*_DAMAGE, struct.error):
        return picture


def _check_size(path: Path, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise UnreadableFileError(
            path, f"a picture of {size[0]} x {size[1]} pixels is too large; make it smaller"
        )


def _eight_bits(picture: "Picture") -> Pixels:
    if picture.mode.startswith(("I", "F")):
        grey = np.asarray(picture, np.float64)
        deepest = 65535 if picture.mode.startswith("I") else max(float(grey.max(initial=0)), 1e-12)
        shade = np.clip(np.rint(grey * (255 / deepest)), 0, 255).astype(np.uint8)
        return np.repeat(shade[..., None], 3, axis=2)
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    pixels = np.asarray(picture.convert("RGBA" if transparent else "RGB"))
    if transparent and (pixels[..., 3] == 255).all():
        return pixels[..., :3]
    return pixels
