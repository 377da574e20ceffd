"""When the doctor's card is shown: asked for, or by itself if a result is likely to disappoint.

What a person has closed does not come back for the same reasons; it does for new ones.
"""

from PySide6.QtCore import QObject, QTimer

from occstudio.gui.translation import told, tr
from occstudio.gui.widgets.doctor_card import DoctorCard
from occstudio.gui.widgets.status_strip import READY
from occstudio.studio.diagnosis import Diagnosis
from occstudio.studio.doctor import Checkup
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.finding import Finding
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.studio import Studio

LATER_MS = 350
"""A new surface is drawn first: on few cores an examination would keep it waiting."""


class DoctorDesk(QObject):
    """Asks the studio's doctor and shows its card.

    Parameters
    ----------
    studio : Studio
        Whose shapes are examined.
    card : DoctorCard
        Where findings are shown.
    """

    def __init__(self, studio: Studio, card: DoctorCard) -> None:
        super().__init__(card)
        self._studio, self._card = studio, card
        self._asked_for: int | None = None
        self._read: dict[int, frozenset[str]] = {}
        self._shown: Diagnosis | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self._examine)
        studio.changed.subscribe(lambda _, new: self._follow(new))
        studio.result_arrived.subscribe(self._examine_result)
        studio.inquiries.diagnosis.answered.subscribe(self._take)
        card.remedy_wanted.connect(self._treat)
        card.dismissed.connect(self._dismissed)

    def ask(self) -> None:
        """Examine the selected shape thoroughly and show what is found, even if it is nothing."""
        item = self._studio.document.current
        if item is None:
            return
        self._asked_for = item.id
        self._studio.noticed.emit(Notice(tr("examining {name}", name=item.name)))
        self._studio.inquiries.diagnosis.ask(self._checkup(item, is_thorough=True))

    def _examine_result(self, item_id: int) -> None:
        item = self._studio.document.current
        if item is not None and item.id == item_id:
            self._later.start()

    def _examine(self) -> None:
        item = self._studio.document.current
        if item is None:
            return
        if self._studio.is_current(item) or item.id in self._studio.failures:
            is_thorough = self._asked_for == item.id
            self._studio.inquiries.diagnosis.ask(self._checkup(item, is_thorough=is_thorough))

    def _checkup(self, item: ShapeItem, *, is_thorough: bool) -> Checkup:
        studio = self._studio
        result = studio.result_of(item) if studio.is_current(item) else None
        failure = studio.failures.get(item.id)
        device = studio.settings.device
        return Checkup(item, result, failure, studio.models, device, is_thorough)

    def _take(self, diagnosis: Diagnosis) -> None:
        item = self._studio.document.current
        if item is None or item.id != diagnosis.item_id:
            return
        was_asked = self._asked_for == item.id
        is_news = diagnosis.is_worrying and not (
            diagnosis.codes <= self._read.get(item.id, frozenset())
        )
        if was_asked or is_news:
            self._shown = diagnosis
            self._card.show_diagnosis(diagnosis, item.name)
            if was_asked:
                self._studio.noticed.emit(Notice(READY))
        elif self._shown is not None and self._shown.item_id == item.id:
            self._hide()

    def _treat(self, finding: Finding) -> None:
        if finding.remedy is not None:
            self._studio.noticed.emit(Notice(told(finding.remedy.label), severity=Severity.SUCCESS))
            self._studio.apply(finding.remedy)

    def _follow(self, document: Document) -> None:
        """The card belongs to one shape: it goes when another is selected."""
        item = document.current
        if self._shown is not None and (item is None or item.id != self._shown.item_id):
            self._hide()
        if item is not None and self._asked_for not in (None, item.id):
            self._asked_for = None

    def _dismissed(self) -> None:
        if self._shown is not None:
            known = self._read.get(self._shown.item_id, frozenset())
            self._read[self._shown.item_id] = known | self._shown.codes
        self._asked_for, self._shown = None, None

    def _hide(self) -> None:
        self._shown = None
        self._card.close_card()
