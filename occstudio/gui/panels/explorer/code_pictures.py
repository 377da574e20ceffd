"""Pictures of codes for the explorer: asked for once, tinted, handed over when they come."""

from collections.abc import Callable, Hashable, Mapping

from PySide6.QtGui import QPixmap

from occstudio.gui.theme import Theme
from occstudio.gui.widgets.shape_picture import tinted
from occstudio.shapes.latent import Latent
from occstudio.studio.exploration import Exploration


def picture_key(latent: Latent) -> Hashable:
    """Equal codes share a picture, whoever asks."""
    return ("code", latent.model, *(array.tobytes() for array in latent.arrays.values()))


class CodePictures:
    """Pixmaps by what a part of the explorer calls its shapes.

    Parameters
    ----------
    exploration : Exploration
        Draws them.
    theme : Theme
        Their colour.
    arrived : callable
        Given a name and its pixmap when it comes.
    """

    def __init__(
        self, exploration: Exploration, theme: Theme, arrived: Callable[[str, QPixmap], None]
    ) -> None:
        self._exploration, self._theme, self._arrived = exploration, theme, arrived
        self._names: dict[Hashable, list[str]] = {}
        self._pixmaps: dict[Hashable, QPixmap] = {}
        exploration.pictured.subscribe(self._pictured)

    def set_theme(self, theme: Theme) -> None:
        """Another colour."""
        self._theme = theme
        self._pixmaps.clear()

    def of(self, latent: Latent) -> QPixmap | None:
        """The picture of a code, if it is there."""
        key = picture_key(latent)
        held = self._pixmaps.get(key)
        if held is None:
            picture = self._exploration.picture(key)
            if picture is None:
                return None
            held = self._pixmaps[key] = tinted(picture, self._theme)
        return held

    def want(self, latents: Mapping[str, Latent], *, first: bool = False) -> None:
        """Hand over the pictures of these, now or when they are drawn."""
        missing: list[tuple[Hashable, Latent]] = []
        for name, latent in latents.items():
            held = self.of(latent)
            if held is not None:
                self._arrived(name, held)
                continue
            key = picture_key(latent)
            names = self._names.setdefault(key, [])
            if name not in names:
                names.append(name)
            missing.append((key, latent))
        self._exploration.want_pictures(missing, first=first)

    def drop(self) -> None:
        """Nobody waits any more for what is not drawn yet."""
        self._exploration.unwant(self._names)
        self._names.clear()

    def _pictured(self, key: Hashable) -> None:
        names = self._names.pop(key, None)
        picture = self._exploration.picture(key)
        if names and picture is not None:
            self._pixmaps[key] = tinted(picture, self._theme)
            for name in names:
                self._arrived(name, self._pixmaps[key])
