"""What a network takes for the object of a photo: a better cut-out where `rembg` is installed.

The package is optional and imported when it is first needed. Its network is a file of the person's
own (a U2-Net in ONNX), or is downloaded once by rembg itself, into the folder that it keeps.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import MissingExtraError, UnreadableFileError
from occstudio.exchange.object_mask import LearnedMask
from occstudio.shapes.image import Image

NETWORK = "isnet-general-use"
"""Downloaded if no file is given (Qin et al. 2022, Apache 2.0)."""


def has_learned_mask() -> bool:
    """Whether the package is there; it is not imported for that."""
    return find_spec("rembg") is not None


def learned_mask(network: Path | None = None) -> LearnedMask:
    """A function that tells objects from backgrounds, for `object_mask.cut_object_out`.

    Parameters
    ----------
    network : Path, optional
        An ONNX file as rembg's ``u2net_custom`` takes it; by default rembg's `NETWORK`.

    Raises
    ------
    MissingExtraError
        If rembg is not installed.
    UnreadableFileError
        If the network can't be read or downloaded.
    """
    try:
        import rembg  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingExtraError("a learned cut-out", "rembg", "matting") from error
    if network is not None and not network.is_file():
        raise UnreadableFileError(network, "it is not there; give an ONNX file of a U2-Net")
    tools: Any = rembg
    try:
        session = tools.new_session(NETWORK) if network is None else _session_of(network)
    # onnxruntime and downloaders raise what they like: anything means that there is no network.
    except Exception as error:
        if network is None:
            reason = "rembg could not get it; download it, and name its file"
            raise UnreadableFileError(NETWORK, reason) from error
        raise UnreadableFileError(network, "it is no network in ONNX; give another") from error

    def mask(image: Image) -> NDArray[np.uint8]:
        from PIL import Image as Pillow

        picture = Pillow.fromarray(np.ascontiguousarray(image.pixels[..., :3]))
        found = tools.remove(picture, session=session, only_mask=True)
        return np.asarray(found.convert("L"), np.uint8)

    return mask


def _session_of(network: Path) -> object:
    import onnxruntime  # pyright: ignore[reportMissingImports]
    from rembg.sessions.u2net_custom import (  # pyright: ignore[reportMissingImports]
        U2netCustomSession,
    )

    runtime: Any = onnxruntime
    custom: Any = U2netCustomSession

    class Own(custom):
        """Reads the file wherever it is: rembg itself wants it in a folder of its own."""

        @classmethod
        def download_models(cls, *_: object, **__: object) -> str:
            return str(network)

    return Own("u2net_custom", runtime.SessionOptions(), model_path=str(network))
