"""What can go wrong, and what to do about it.

Every error that a person may see is an `OccStudioError` whose text is one sentence in lower
case: the cause, then the remedy. The command line prints it and exits with `exit_code`; the
window shows it in the status bar. `Cancelled` is not an error: it is how a worker that was told
to stop leaves the stage it is in.
"""


class OccStudioError(Exception):
    """Base of all errors that a person may see; its text is the whole message."""

    exit_code = 1


class UnreadableFileError(OccStudioError):
    """A file could not be read as what it should be."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"could not read '{path}': {reason}")


class UnwritableFileError(OccStudioError):
    """A file or folder could not be written; nothing half-written is left behind."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"could not write '{path}': {reason}")


class InvalidGeometryError(OccStudioError):
    """Points or triangles that no later stage could survive (non-finite, out of range)."""


class EmptyShapeError(OccStudioError):
    """A measure or an operation was asked of a shape that has nothing in it."""


class NoSurfaceError(OccStudioError):
    """The field crosses the level nowhere.

    Parameters
    ----------
    threshold : float
        The probability at which a surface was asked for.
    low, high : float
        Least and greatest probability that was seen in the field.
    suggestion : float or None
        A threshold that would give a surface, if one is known.
    """

    def __init__(self, threshold: float, low: float, high: float, suggestion: float | None) -> None:
        self.threshold, self.low, self.high, self.suggestion = threshold, low, high, suggestion
        side = "below" if high < threshold else "above"
        remedy = (
            f"try a threshold of {suggestion:g}"
            if suggestion is not None
            else "the field is constant; check the input and the model"
        )
        super().__init__(
            f"no surface at threshold {threshold:.3g}: all values are {side} it "
            f"(they range from {_plain(low)} to {_plain(high)}); {remedy}"
        )


def _plain(probability: float) -> str:
    """Without powers of ten, which say nothing of a probability."""
    return "0" if probability < 5e-4 else "1" if probability > 0.9995 else f"{probability:.3g}"


class ModelError(OccStudioError):
    """A checkpoint, a model card or a code that cannot be used."""


class UnknownNameError(OccStudioError):
    """A name that is not in a list; the nearest ones are offered.

    Parameters
    ----------
    kind : str
        What was looked for, e.g. ``model``.
    name : str
        What the person wrote.
    known : list of str
        The names that exist.
    """

    exit_code = 2

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[:8]
        offer = f"did you mean {', '.join(near)}?" if near else f"there is no {kind} yet"
        super().__init__(f"no {kind} is called '{name}': {offer}")


class MissingExtraError(OccStudioError):
    """An optional package is needed; the text says how to get it."""

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs the package '{package}': install it with "
            f"\"pip install 'occstudio[{extra}]'\""
        )


class OutOfMemoryError(OccStudioError):
    """A stage ran out of memory on every device that it was tried on."""


class Cancelled(Exception):  # noqa: N818 - not an error: a worker was told to stop
    """Raised inside a stage by `Watch.check` when the work is no longer wanted."""
