"""Everything that Qt draws over the view, and where it sits."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.overlays.axis_handle import AxisHandle
from occstudio.gui.view.overlays.gizmo import Gizmo
from occstudio.gui.view.overlays.legend import Legend
from occstudio.gui.view.overlays.photo_bar import PhotoBar
from occstudio.gui.view.overlays.scale_bar import ScaleBar
from occstudio.gui.view.overlays.slice_bar import SliceBar
from occstudio.gui.view.overlays.wipe_handle import WipeHandle
from occstudio.shapes.frame import Frame
from occstudio.studio.compared import Pair
from occstudio.studio.document import Document

MARGIN = 12


class Overlay:
    """The widgets over one view.

    Parameters
    ----------
    view : QWidget
        Their parent.
    """

    def __init__(self, view: QWidget) -> None:
        self._view = view
        self.gizmo = Gizmo(view)
        self.scale_bar = ScaleBar(view)
        self.wipe = WipeHandle(view)
        self.slice_handle = AxisHandle(
            view,
            "sliceHandle",
            tr("Field slice"),
            tr("Drag the slice along its normal, or use the arrow keys"),
        )
        self.crop_grips = {
            (axis, is_upper): _crop_grip(view, axis, is_upper)
            for axis in range(3)
            for is_upper in (False, True)
        }
        self.slice_bar = SliceBar(view)
        self.photo_bar = PhotoBar(view)
        self.paint_legend = Legend(view, "paintLegend")
        self.slice_legend = Legend(view, "sliceLegend")
        self.names = tuple(_name_tag(view, number) for number in (1, 2))
        self.shows_floor = True
        self._frame: Frame | None = None
        self._pair: Pair | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colour everything."""
        for part in (
            self.gizmo,
            self.scale_bar,
            self.wipe,
            self.slice_handle,
            *self.crop_grips.values(),
            self.slice_bar,
            self.photo_bar,
            self.paint_legend,
            self.slice_legend,
        ):
            part.set_theme(theme)

    def show_document(self, document: Document, pair: Pair | None) -> None:
        """Name what is compared; measure in the current shape's world."""
        self._pair = pair
        current = pair.first if pair is not None else document.current
        if current is None and document.items:
            current = document.items[0]
        self._frame = None if current is None else current.frame
        self.gizmo.setVisible(bool(document.items))
        self.wipe.setVisible(pair is not None and pair.mode == "wipe")
        if pair is not None:
            self.wipe.stand(pair.wipe)
            for tag, item in zip(self.names, (pair.first, pair.second), strict=True):
                tag.setText(item.name)
                tag.adjustSize()
        has_sides = pair is not None and pair.mode in ("side_by_side", "wipe")
        for tag in self.names:
            tag.setVisible(has_sides)
        self.arrange()

    def follow(self, camera: OrbitCamera, cell: float) -> None:
        """Turn and measure with the camera."""
        self.gizmo.show_camera(camera)
        self.scale_bar.show_scale(
            camera, self._view.height(), self._frame, cell if self.shows_floor else None
        )
        self._place_scale_bar()

    def arrange(self) -> None:
        """Put everything in its place."""
        width, height = self._view.width(), self._view.height()
        self.gizmo.move(width - self.gizmo.width() - MARGIN, MARGIN)
        self._place_scale_bar()
        at = height - MARGIN
        for legend in (self.paint_legend, self.slice_legend):
            if legend.key is not None:
                at -= legend.height()
                legend.move(width - legend.width() - MARGIN, at)
                at -= MARGIN
        bar = self.slice_bar
        bar.adjustSize()
        bar.move(max((width - bar.width()) // 2, MARGIN), MARGIN)
        bar = self.photo_bar  # below, for the doctor's card and the slice's bar are above
        bar.adjustSize()
        bar.move(max((width - bar.width()) // 2, MARGIN), height - bar.height() - MARGIN)
        if self._pair is not None and self._pair.mode == "wipe":
            self.wipe.stand(self._pair.wipe)
        self._place_names(width)

    def _place_names(self, width: int) -> None:
        first, second = self.names
        top = MARGIN + (self.slice_bar.height() + MARGIN if self.slice_bar.isVisible() else 0)
        first.move(MARGIN, top)
        if self._pair is not None and self._pair.mode == "side_by_side":
            second.move(QPoint(width // 2 + MARGIN, top))
        else:
            second.move(width - second.width() - self.gizmo.width() - 2 * MARGIN, top)

    def _place_scale_bar(self) -> None:
        bar = self.scale_bar
        bar.move(MARGIN, self._view.height() - bar.height() - MARGIN)


def _crop_grip(view: QWidget, axis: int, is_upper: bool) -> AxisHandle:
    name = "xyz"[axis]
    end = tr("{axis}, to", axis=name.upper()) if is_upper else tr("{axis}, from", axis=name.upper())
    return AxisHandle(
        view,
        f"cropGrip-{name}-{'high' if is_upper else 'low'}",
        tr("Crop box: {end}", end=end),
        tr("Drag to leave out points beyond this side, or use the arrow keys"),
        size=0.9,
    )


def _name_tag(view: QWidget, number: int) -> QLabel:
    tag = QLabel("", view)
    tag.setObjectName(f"comparedName-{number}")
    tag.setAccessibleName(
        tr("Name of the first shape") if number == 1 else tr("Name of the second shape")
    )
    tag.setProperty("role", "card")
    tag.setContentsMargins(10, 4, 10, 4)
    tag.setVisible(False)
    return tag
