"""Undo and redo: a list of documents with the labels of the steps between them.

All edits of one gesture (a drag of a slider) make one step, however many they are.
"""

from dataclasses import dataclass

from occstudio.studio.document import Document


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    before: Document
    gesture: object | None


class History:
    """The present document and the way to and from it.

    Parameters
    ----------
    document : Document
        Where it begins.
    depth : int
        As many steps are remembered.
    """

    def __init__(self, document: Document, depth: int = 200) -> None:
        self.present = document
        self._depth = depth
        self._past: list[_Step] = []
        self._future: list[tuple[str, Document]] = []

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        return self._past[-1].label if self._past else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, or None."""
        return self._future[-1][0] if self._future else None

    def record(self, label: str, document: Document, gesture: object | None = None) -> None:
        """Move on to a document; within one gesture the step before grows instead."""
        last = self._past[-1] if self._past else None
        if gesture is not None and last is not None and last.gesture == gesture:
            self._past[-1] = _Step(label, last.before, gesture)
        else:
            self._past.append(_Step(label, self.present, gesture))
            del self._past[: -self._depth]
        self._future.clear()
        self.present = document

    def amend(self, document: Document) -> None:
        """Replace the present without a step (selection)."""
        self.present = document

    def end_gesture(self) -> None:
        """The next edit begins a step of its own, whatever its gesture is called."""
        if self._past and self._past[-1].gesture is not None:
            last = self._past[-1]
            self._past[-1] = _Step(last.label, last.before, None)

    def undo(self) -> Document:
        """Go one step back; the present is returned, unchanged if there is none."""
        if self._past:
            step = self._past.pop()
            self._future.append((step.label, self.present))
            self.present = step.before
        return self.present

    def redo(self) -> Document:
        """Go one step forward again; the present is returned, unchanged if there is none."""
        if self._future:
            label, document = self._future.pop()
            self._past.append(_Step(label, self.present, None))
            self.present = document
        return self.present
