"""What a training run writes while it goes: a CSV, TensorBoard events and a live line.

The CSV is the record (one row per report, columns fixed), TensorBoard is there for those who
have it installed, and the live display is the caller's: it gets each row as a `Report`.
"""

import csv
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """One row of the log.

    Parameters
    ----------
    step, shapes : int
        Optimizer steps and shapes seen.
    minutes : float
        Time spent training, over all sittings.
    loss : float
        Mean since the last row.
    rate : float
        Learning rate.
    shapes_per_s : float
        Since the last row.
    iou : float or None
        Validation IoU of the averaged weights, where one was taken.
    threshold : float or None
        Probability at which that IoU is best.
    """

    step: int
    shapes: int
    minutes: float
    loss: float
    rate: float
    shapes_per_s: float
    iou: float | None = None
    threshold: float | None = None


Listener = Callable[[Report], None]


class RunLog:
    """Appends reports to ``log.csv`` and to TensorBoard in a run's folder.

    Parameters
    ----------
    folder : Path
        The run's folder.
    listener : callable, optional
        Told of each report.
    """

    def __init__(self, folder: Path, listener: Listener | None = None) -> None:
        self._path = folder / "log.csv"
        self._listener = listener
        self._board: Any = _board(folder / "tensorboard")

    def write(self, report: Report) -> None:
        """Append one row everywhere."""
        new = not self._path.exists()
        with self._path.open("a", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Report)])
            if new:
                writer.writeheader()
            writer.writerow(asdict(report))
        if self._board is not None:
            for name in ("loss", "rate", "shapes_per_s", "iou"):
                value = getattr(report, name)
                if value is not None:
                    self._board.add_scalar(name, value, report.shapes)
        if self._listener is not None:
            self._listener(report)

    def close(self) -> None:
        """Flush what is pending."""
        if self._board is not None:
            self._board.close()


def read_log(path: Path) -> list[dict[str, str]]:
    """The rows of a ``log.csv``."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _board(folder: Path) -> object | None:
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError:  # TensorBoard is an optional extra
        return None
    return SummaryWriter(str(folder))
