"""The person's models, as the window changes them: opened, corrected, removed.

The studio imports no torch: what is done to the library's files is handed over as functions
(`LibraryWork`), which run on the task lane. Whatever changes, the list of models is read again and
shapes that used the model are made anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import Watch
from occstudio.studio import edits
from occstudio.studio.background import Token
from occstudio.studio.notice import Notice, Severity

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

MODEL_SUFFIXES = (".pt", ".pth", ".tar", ".ckpt", ".safetensors")
"""Files with these suffixes are opened as models."""

Settings = Mapping[str, Any]
"""Hyper-parameters by dotted name, e.g. ``{"encoder_kwargs.plane_resolution": 128}``."""

Submit = Callable[[str, Callable[[Token], object], Callable[[Any], None]], None]
"""Title, what to do on a worker, and who takes the outcome on the studio's thread."""


@dataclass(frozen=True, slots=True)
class LibraryWork:
    """What can be done to the library; each function is called on a worker.

    Parameters
    ----------
    add : callable
        Brings a checkpoint into the library.
    change : callable
        Gives a model other hyper-parameters.
    remove : callable
        Removes a model.
    codes : callable
        The latents by name that came with a model.
    devices : callable
        The devices that there may be, and why each can't be used here; empty if it can.
    """

    add: Callable[[Path, Watch], ModelCard]
    change: Callable[[str, Settings], ModelCard]
    remove: Callable[[str], None]
    codes: Callable[[str], Mapping[str, Latent]]
    devices: Callable[[], Mapping[str, str]] = dict


class Library:
    """Changes the library for a studio.

    Parameters
    ----------
    studio : Studio
        Whose models these are.
    submit : callable
        Its task lane.
    work : LibraryWork, optional
        Without it nothing can be changed.
    """

    def __init__(self, studio: "Studio", submit: Submit, work: LibraryWork | None) -> None:
        self._studio, self._submit, self._work = studio, submit, work
        self._devices: Mapping[str, str] | None = None

    def open(self, path: Path) -> None:
        """Bring a checkpoint into the library, and say what of it had to be assumed."""
        work = self._allowed()
        if work is not None:
            self._submit(
                f"opening {path.name}", lambda token: work.add(path, token), self._take_new
            )

    def change_hyperparameters(self, model: str, settings: Settings) -> None:
        """Correct what was assumed of a model; shapes made with it are made anew."""
        work = self._allowed()
        if work is not None:
            told = dict(settings)
            self._submit(
                f"changing {model}", lambda _: work.change(model, told), self._take_changed
            )

    def remove(self, model: str) -> None:
        """Remove one of the person's own models; shapes made with it get another."""
        work = self._allowed()
        if work is None:
            return

        def remove(_: Token) -> str:
            work.remove(model)
            return model

        self._submit(f"removing {model}", remove, self._take_removed)

    def read_codes(self, model: str, take: Callable[[Mapping[str, Latent]], None]) -> None:
        """Hand over the latents that came with a model, once they are read."""
        work = self._allowed()
        if work is not None:
            self._submit(f"reading codes of {model}", lambda _: work.codes(model), take)

    def find_devices(self, take: Callable[[Mapping[str, str]], None]) -> None:
        """Hand over which devices can be used here, and why the others can't."""
        if self._devices is not None:
            take(self._devices)
        elif self._work is not None:

            def keep(found: Mapping[str, str]) -> None:
                self._devices = found
                take(found)

            devices = self._work.devices
            self._submit("looking for devices", lambda _: devices(), keep)

    def _allowed(self) -> LibraryWork | None:
        if self._work is None:
            self._studio.noticed.emit(Notice("models can't be changed here", "", Severity.WARNING))
        return self._work

    def _take_new(self, card: ModelCard) -> None:
        details = f"It takes {card.input_kind}."
        if card.assumed:
            details = f"Not known from the file, so assumed: {', '.join(card.assumed)}."
        self._studio.noticed.emit(
            Notice(f"“{card.name}” is in the library", details, Severity.SUCCESS)
        )
        self._studio.refresh_models()

    def _take_changed(self, card: ModelCard) -> None:
        self._studio.noticed.emit(Notice(f"“{card.name}” is changed", "", Severity.SUCCESS))
        self._studio.forget_model(card.name)
        self._studio.refresh_models()

    def _take_removed(self, model: str) -> None:
        users = tuple(item.id for item in self._studio.document.items if item.model == model)
        if users:
            self._studio.apply(replace(edits.set_model(users, "", 0.5), remembered=False))
        self._studio.noticed.emit(Notice(f"“{model}” is removed from the library"))
        self._studio.forget_model(model)
        self._studio.refresh_models()


def is_model_file(path: Path) -> bool:
    """Whether a file or folder is opened as a model rather than as something to reconstruct."""
    if path.suffix.lower() in MODEL_SUFFIXES:
        return True
    try:
        return any((path / name).is_file() for name in ("specs.json", "model.safetensors"))
    except OSError:
        return False


def no_model_for(observations: Sequence[Observation]) -> Notice:
    """What is said when no model of the library takes what was opened."""
    seen = "the photo" if isinstance(observations[0], Image) else "the input"
    return Notice(
        f"no model that could reconstruct {seen} is in the library",
        "Open a model for it (File > Open model), or run 'occstudio doctor' to see where models "
        "are looked for.",
        Severity.WARNING,
    )


def preferred_model(cards: Sequence[ModelCard], wanted: str) -> str:
    """The model to have ready before anything is opened: the wanted one, or one for scans."""
    fitting = [card for card in cards if card.input_kind == "points"]
    names = [card.name for card in sorted(fitting, key=lambda card: bool(card.version))]
    return wanted if wanted in names else (names[0] if names else "")
