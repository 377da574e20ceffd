"""A titled part of a panel that folds: superqt's collapsible, dressed as our headings are."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from superqt import QCollapsible

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr

_NO_LIMIT = 16_777_215  # Qt's greatest height of a widget


class Section(QCollapsible):
    """A heading with something below it.

    Parameters
    ----------
    title : str
        The heading.
    name : str
        Object name; the heading is ``NAME-heading``.
    is_open : bool
        Whether it begins unfolded.
    """

    def __init__(
        self, title: str, name: str, parent: QWidget | None = None, *, is_open: bool = True
    ) -> None:
        # Icons come with the theme; its own are drawn with a size that pixel fonts do not have.
        none = QIcon(QPixmap(1, 1))
        super().__init__(title.upper(), parent, none, none)
        self.setObjectName(name)
        self.setAccessibleName(tr("{title} section", title=title))
        # Its animation would cut off what grows meanwhile, and what is live always grows.
        self.setDuration(0)
        heading = self.toggleButton()
        heading.setStyleSheet("")
        heading.setObjectName(f"{name}-heading")
        heading.setProperty("role", "heading")
        heading.setAccessibleName(tr("{title}: show or hide", title=title))
        heading.setToolTip(tr("Show or hide “{title}”", title=title))
        heading.setIconSize(QSize(16, 16))
        heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.body = QWidget(self)
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(0, 4, 0, 6)
        self.rows.setSpacing(10)
        first = self.content()
        self.setContent(self.body)
        first.deleteLater()
        outer = self.layout()
        if outer is not None:
            outer.setContentsMargins(0, 0, 0, 0)
            outer.setSpacing(2)
        self.toggled.connect(self._free)
        if is_open:
            self.expand(animate=False)
        else:
            self.collapse(animate=False)

    def set_theme(self, theme: Theme) -> None:
        """Colour the arrow."""
        self.setExpandedIcon(icon("chevron-down", theme, color=theme.muted))
        self.setCollapsedIcon(icon("chevron-right", theme, color=theme.muted))

    def _free(self, is_open: bool) -> None:
        # What is folded away must not be reached by Tab, and what is open may grow.
        self.body.setVisible(is_open)
        self.body.setMaximumHeight(_NO_LIMIT if is_open else 0)
