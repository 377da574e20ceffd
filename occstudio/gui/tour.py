"""The stops of the tour: what each part of the window is for, in a breath."""

from typing import TYPE_CHECKING

from occstudio.gui.translation import tr
from occstudio.gui.widgets.coach_marks import CoachMark

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def stops(window: "MainWindow") -> tuple[CoachMark, ...]:
    """From an empty window to an exported mesh, in the order in which one works."""
    return (
        CoachMark(
            window.stage.empty if window.stage.empty.isVisible() else window.stage,
            tr("Begin here"),
            tr(
                "Drop a scan, a mesh, a photo, a model or a whole folder anywhere in the window, "
                "or open a sample. It becomes a surface by itself."
            ),
        ),
        CoachMark(
            window.shapes,
            tr("Shapes"),
            tr(
                "Everything that is open. Click to select, double-click to rename, the eye hides. "
                "Select two to compare them."
            ),
        ),
        CoachMark(
            window.models,
            tr("Model"),
            tr(
                "The network that makes the surface. Choose another one and the selected shapes "
                "are made again; undo goes back."
            ),
        ),
        CoachMark(
            window.inspector,
            tr("Inspector"),
            tr(
                "How the selected shape is made: drag the threshold and watch it grow or shrink, "
                "choose a resolution, clean the input, finish the surface."
            ),
        ),
        CoachMark(
            window.export_button,
            tr("Export"),
            tr(
                "The mesh goes to a file exactly where its input was, in its unit: OBJ, PLY, STL "
                "or GLB. Ctrl+S saves the whole session."
            ),
        ),
        CoachMark(
            window.status,
            tr("Status"),
            tr(
                "What is being made and how long it took, and everything that needs to be said. "
                "Esc cancels. Ctrl+Shift+P finds anything by name, F1 lists all keys."
            ),
        ),
    )
