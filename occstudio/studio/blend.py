"""A shape between others: which ones, on what path, how far along."""

from dataclasses import dataclass
from typing import Final

from occstudio.shapes.latent import Latent


@dataclass(frozen=True, slots=True, eq=False)
class BlendKey:
    """One of the shapes that a blend passes.

    Parameters
    ----------
    name : str
        What the person knows it by.
    latent : Latent
        Its own copy: the blend stays what it is when the shape is changed or deleted.
    """

    name: str
    latent: Latent


@dataclass(frozen=True, slots=True)
class Blend:
    """A place on a path through shapes.

    Parameters
    ----------
    keys : tuple of BlendKey
        Two or more, in order.
    fraction : float
        Of the whole way, from 0 to 1.
    path : str
        One of `latents.paths.PATH_KINDS`.
    """

    keys: tuple[BlendKey, ...]
    fraction: float = 0.5
    path: str = "linear"

    @property
    def name(self) -> str:
        """For a list: the first and the last shape, e.g. ``oak chair → stool``."""
        return f"{self.keys[0].name} → {self.keys[-1].name}"


@dataclass(frozen=True, slots=True)
class Gallery:
    """What new shapes are drawn, and which of them were put aside.

    Parameters
    ----------
    seed : int
    temperature : float
    kind : str
        Class; all of them if empty.
    around : BlendKey, optional
        More shapes like this one instead.
    spread : float
        How far from it, from 0 to 1.
    discarded : tuple of int
        Numbers in the row of samples that are not wanted.
    """

    seed: int = 0
    temperature: float = 0.8
    kind: str = ""
    around: BlendKey | None = None
    spread: float = 0.5
    discarded: tuple[int, ...] = ()


FIRST_GALLERY: Final = Gallery()
"""What is drawn before anybody chose."""
