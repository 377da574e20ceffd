"""Array types with their shapes in the name, and the one way arrays are frozen and checked."""

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from occstudio.errors import InvalidGeometryError

Points = Annotated[NDArray[np.float32], "(n, 3)"]
WorldPoints = Annotated[NDArray[np.float64], "(n, 3)"]
Normals = Annotated[NDArray[np.float32], "(n, 3) unit"]
Colors = Annotated[NDArray[np.uint8], "(n, 3)"]
Faces = Annotated[NDArray[np.int32], "(F, 3)"]
Values = Annotated[NDArray[np.float32], "(n,)"]
Indices = Annotated[NDArray[np.int64], "(n, 3) lattice indices"]


def frozen(array: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[np.generic]:
    """A C-contiguous, read-only view or copy of an array.

    A writable input is copied, so that nobody who still holds it can change what was frozen.

    Parameters
    ----------
    array : array_like
        Any array.
    dtype : dtype, optional
        Converted to this type.
    """
    given = np.asarray(array)
    result = np.ascontiguousarray(given, dtype=dtype)
    if result.flags.writeable:
        if np.shares_memory(result, given):
            result = result.copy()
        result.flags.writeable = False
    return result


def check_rows(array: NDArray[np.generic], what: str, columns: int = 3) -> None:
    """Raise unless the array is ``(n, columns)``.

    Raises
    ------
    InvalidGeometryError
        With the shape that came.
    """
    if array.ndim != 2 or array.shape[1] != columns:
        raise InvalidGeometryError(
            f"{what} must have the shape (n, {columns}), but came as {array.shape}"
        )


def normalized(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Vectors ``(n, 3)`` scaled to length one; zero vectors stay zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)
