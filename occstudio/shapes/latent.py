"""What an encoder makes of an observation: named arrays that know their model.

A latent may be a global code, feature planes, a feature grid or several of these. Arithmetic
acts on each array alike, so the half-way latent of two chairs is ``a.toward(b, 0.5)`` whatever
the network's family.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError
from occstudio.shapes.arrays import frozen

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """Named float32 arrays from one model.

    Parameters
    ----------
    arrays : mapping of str to float32 array
        For example ``{"xz": (32, 64, 64), "xy": ..., "yz": ...}`` or ``{"c": (256,)}``.
    model : str
        Name of the model that made it; latents of two models don't mix.
    """

    arrays: Mapping[str, Array]
    model: str

    def __post_init__(self) -> None:
        held = {name: frozen(array, np.float32) for name, array in self.arrays.items()}
        object.__setattr__(self, "arrays", MappingProxyType(held))

    def toward(self, other: "Latent", fraction: float) -> "Latent":
        """Linear interpolation: this latent at 0, the other at 1.

        Raises
        ------
        ModelError
            If the two come from different models or differ in shape.
        """

        def blend(a: Array, b: Array) -> Array:
            return (a + np.float32(fraction) * (b - a)).astype(np.float32)

        return self._combined(other, blend)

    def __add__(self, other: "Latent") -> "Latent":
        return self._combined(other, np.add)

    def __sub__(self, other: "Latent") -> "Latent":
        return self._combined(other, np.subtract)

    def __mul__(self, factor: float) -> "Latent":
        return Latent({k: v * np.float32(factor) for k, v in self.arrays.items()}, self.model)

    def _combined(self, other: "Latent", function: Callable[[Array, Array], Array]) -> "Latent":
        if self.model != other.model:
            raise ModelError(
                f"a latent of '{self.model}' and one of '{other.model}' don't mix: "
                "encode both with the same model"
            )
        mine = {name: array.shape for name, array in self.arrays.items()}
        theirs = {name: array.shape for name, array in other.arrays.items()}
        if mine != theirs:
            raise ModelError(
                f"the two latents have different shapes ({mine} and {theirs}): "
                "they come from different versions of the model"
            )
        return Latent(
            {name: function(self.arrays[name], other.arrays[name]) for name in mine}, self.model
        )
