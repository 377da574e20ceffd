"""What a stage made last, under the identity of what it was given.

Inputs are compared as objects (``is``) if they hold arrays and by value if they are small and
immutable (numbers, text, frames): asking is instant, and a hit is always the same computation.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

from occstudio.finishing.finishing import Finishing
from occstudio.shapes.frame import Frame
from occstudio.studio.input_edit import InputEdit
from occstudio.studio.photo_cut import PhotoCut

Made = TypeVar("Made")


class Memory:
    """The last few results of one stage.

    Parameters
    ----------
    size : int
        As many are kept; the one used longest ago goes first.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], object]] = (
            OrderedDict()
        )

    def get(self, inputs: tuple[object, ...], make: Callable[[], Made]) -> tuple[Made, bool]:
        """What was made of these inputs, and whether it was remembered; made now if not."""
        key = tuple(_identity(value) for value in inputs)
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast(Made, self._kept[key][1]), True
        made = make()
        # The inputs are held as well: an identity is only unique while its object lives.
        self._kept[key] = (inputs, made)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return made, False

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


def _identity(value: object) -> object:
    is_small = isinstance(value, str | int | float | Frame | InputEdit | PhotoCut | Finishing)
    return value if is_small else ("object", id(value))
