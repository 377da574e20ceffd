"""Progress of a stage as a bar in the terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_STAGES = {
    "read": "reading",
    "encode": "encoding",
    "download": "downloading",
    "fit": "fitting a code",
    "check": "checking",
    "decode": "decoding",
    "contour": "contouring",
    "refine": "refining",
    "write": "writing",
}


class TerminalWatch:
    """A `Watch` that draws one bar; Ctrl+C is its cancel button.

    Parameters
    ----------
    title : str
        What is being worked on.
    """

    def __init__(self, title: str) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._title = title
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        self._task = self._bar.add_task(self._title, total=1.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def check(self) -> None:
        """Never cancels: Ctrl+C raises by itself."""

    def report(self, stage: str, fraction: float) -> None:
        """Move the bar."""
        if self._task is not None:
            text = f"{self._title}: {_STAGES.get(stage, stage)}"
            self._bar.update(self._task, completed=fraction, description=text)
