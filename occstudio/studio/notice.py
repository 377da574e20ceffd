"""What the studio says to the person: one sentence, details on demand, perhaps a remedy.

A failure is a result like any other: it is told in the status line, and the last good surface
stays where it is.
"""

import logging
import traceback
from dataclasses import dataclass
from enum import Enum

from occstudio.errors import NoSurfaceError, OccStudioError
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem

_log = logging.getLogger(__name__)


class Severity(Enum):
    """How much a notice matters; shown by icon and colour, never by colour alone."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and what stands behind it.

    Parameters
    ----------
    text : str
        The sentence, in lower case as all our errors.
    details : str
        More, on demand: a list of reasons, a traceback, a path.
    severity : Severity
        How much it matters.
    remedy : Edit, optional
        What one click would do about it.
    remedy_label : str
        What the button says.
    """

    text: str
    details: str = ""
    severity: Severity = Severity.INFO
    remedy: edits.Edit | None = None
    remedy_label: str = ""

    @property
    def sentence(self) -> str:
        """The text with a capital letter."""
        return self.text[:1].upper() + self.text[1:]


def notice_of(error: BaseException, item: ShapeItem | None = None) -> Notice:
    """What to say of an error; unexpected ones are logged with their traceback.

    Parameters
    ----------
    error : exception
        What was raised.
    item : ShapeItem, optional
        The shape it happened to: a missing surface is offered the threshold that has one.
    """
    if isinstance(error, NoSurfaceError) and error.suggestion is not None and item is not None:
        wanted = min(max(error.suggestion, edits.LEAST_THRESHOLD), 1 - edits.LEAST_THRESHOLD)
        remedy = edits.set_threshold((item.id,), wanted)
        label = f"Use {wanted:.3g}"
        return Notice(str(error), "", Severity.WARNING, remedy, label)
    if isinstance(error, OccStudioError):
        cause = "" if error.__cause__ is None else f"{error.__cause__}"
        return Notice(str(error), cause, Severity.ERROR)
    details = "".join(traceback.format_exception(error))
    _log.error("unexpected error\n%s", details)
    if isinstance(error, MemoryError):
        text = "out of memory: choose a lower resolution or close other shapes"
        return Notice(text, details, Severity.ERROR)
    text = f"something unexpected went wrong ({type(error).__name__}: {error}); nothing was lost"
    return Notice(text, details, Severity.ERROR)
