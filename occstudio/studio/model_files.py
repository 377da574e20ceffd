"""What lies on disk for a model of the library, and which of its facts are guesses."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from occstudio import paths
from occstudio.shapes.model_card import ModelCard

THUMBNAIL = "thumbnail.png"
"""In the folder of a model, 256 by 256."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "scatter_type": ("max", "mean"),
    "encoder": ("pointnet_local_pool", "pointnet_plus_plus", "voxel_simple_local"),
    "decoder": ("simple_local", "simple_local_crop", "simple_local_point"),
    "sample_mode": ("bilinear", "nearest"),
}
"""What the papers' networks know for the last part of a dotted name."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's folder.

    Parameters
    ----------
    folder : Path
        Where it is.
    size : int
        Bytes of all of its files.
    thumbnail : Path or None
        A picture of what it makes, if there is one.
    is_own : bool
        Whether it is the person's, and so may be changed and removed.
    """

    folder: Path
    size: int
    thumbnail: Path | None
    is_own: bool


def files_of(model: str) -> ModelFiles | None:
    """The folder of a model of the library; None if it has none (as analytic ones)."""
    for home, is_own in ((paths.bundled_models(), False), (paths.user_models(), True)):
        folder = home / model
        try:
            if model and folder.is_dir():
                size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
                picture = folder / THUMBNAIL
                return ModelFiles(folder, size, picture if picture.is_file() else None, is_own)
        except OSError:
            continue
    return None


def size_text(size: int) -> str:
    """Bytes as a person reads them, e.g. ``10.9 MB``."""
    for factor, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"


def assumed_values(card: ModelCard) -> dict[str, object]:
    """What was assumed of a model, by dotted name."""
    found: dict[str, object] = {}
    for name in card.assumed:
        value: object = card.hyperparameters
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        found[name] = value
    return found


def choices_of(name: str, value: object) -> tuple[str, ...]:
    """What a textual hyper-parameter may be, its present value first; empty if anything."""
    known = _CHOICES.get(name.rpartition(".")[2], ())
    if not known or not isinstance(value, str):
        return ()
    return (value, *(choice for choice in known if choice != value))
