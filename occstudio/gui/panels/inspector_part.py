"""What the inspector's sections have in common: a studio, an item, and the way to change it."""

from PySide6.QtWidgets import QLabel, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.widgets.range_slider import RangeSlider
from occstudio.gui.widgets.section import Section
from occstudio.gui.widgets.switch import Switch
from occstudio.studio.document import ShapeItem
from occstudio.studio.edits import Edit
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.studio import Studio


class InspectorPart(Section):
    """A section of the inspector.

    Parameters
    ----------
    title : str
        The heading.
    name : str
        Object name.
    studio : Studio
        What is shown and worked on.
    is_open : bool
        Whether it begins unfolded.
    """

    def __init__(
        self,
        title: str,
        name: str,
        studio: Studio,
        parent: QWidget | None = None,
        *,
        is_open: bool = True,
    ) -> None:
        super().__init__(title, name, parent, is_open=is_open)
        self.studio = studio

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show an item and its last surface; hide what does not apply."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Colour what paints itself."""
        super().set_theme(theme)
        for switch in self.findChildren(Switch):
            switch.set_theme(theme)
        for slider in self.findChildren(RangeSlider):
            slider.set_theme(theme)

    @property
    def ids(self) -> tuple[int, ...]:
        """The selected items, which a change is for."""
        return self.studio.document.selection

    @property
    def item(self) -> ShapeItem | None:
        """The item that is shown."""
        return self.studio.document.current

    def change(self, edit: Edit, *, drags: bool = False) -> None:
        """Do something to the selected items; while the hand drags it is one step of undo."""
        self.studio.apply(edit, (self.objectName(), self.ids) if drags else None)


def key_label(text: str, parent: QWidget) -> QLabel:
    """A quiet label on the left of a control."""
    label = QLabel(text, parent)
    label.setProperty("role", "key")
    return label
