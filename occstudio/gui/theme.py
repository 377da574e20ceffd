"""Dark and light: two sets of colours, one style sheet, one rhythm of spacing.

Everything is Fusion with a palette and a style sheet made of the same named colours, so that
native dialogs and our widgets agree. Distances are multiples of four; text meets WCAG AA
(contrast of at least 4.5 to 1) on every surface it stands on, which a test computes.
"""

from dataclasses import dataclass
from string import Template

import qtawesome
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from occstudio import paths
from occstudio.gui.glyph import Glyph

SPACE = 8
"""The unit of all distances, in logical pixels."""

ICON = QSize(18, 18)
"""The size of icons in bars and buttons."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours, as ``#rrggbb``.

    Parameters
    ----------
    name : str
        ``dark`` or ``light``.
    window, panel, raised, field : str
        Surfaces, from the back to the front; `field` is where one types.
    line : str
        Hairlines and borders.
    text, muted : str
        Words, and words that matter less.
    accent, on_accent, accent_soft : str
        The one colour that calls, text on it, and a whisper of it.
    success, warning, error : str
        For icons beside words that say the same.
    sky, ground : str
        The viewport's gradient, top and bottom.
    grid, clay, points, shadow : str
        The floor's lines, the material, the input points, the contact shadow.
    """

    name: str
    window: str
    panel: str
    raised: str
    field: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    success: str
    warning: str
    error: str
    sky: str
    ground: str
    grid: str
    clay: str
    points: str
    shadow: str

    @property
    def is_dark(self) -> bool:
        """True for light text on dark ground."""
        return self.name == "dark"


DARK = Theme(
    name="dark",
    window="#16181c",
    panel="#1d2025",
    raised="#282c33",
    field="#13151a",
    line="#31363e",
    text="#e8eaed",
    muted="#a0a7b2",
    accent="#7aa2ff",
    on_accent="#0c1530",
    accent_soft="#28334f",
    success="#6fcf97",
    warning="#f2c063",
    error="#ff8a80",
    sky="#3a414c",
    ground="#1b1e23",
    grid="#5b6470",
    clay="#ead9c6",
    points="#7aa2ff",
    shadow="#000000",
)

LIGHT = Theme(
    name="light",
    window="#eceef1",
    panel="#f8f9fa",
    raised="#ffffff",
    field="#ffffff",
    line="#d5d9df",
    text="#1c2127",
    muted="#57606b",
    accent="#2f5fd0",
    on_accent="#ffffff",
    accent_soft="#dfe7fb",
    success="#1d7a46",
    warning="#8a5a00",
    error="#b3261e",
    sky="#f9fafb",
    ground="#d3d9e0",
    grid="#9aa4b0",
    clay="#f2e4d3",
    points="#2f5fd0",
    shadow="#3c4654",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def chosen_theme(wanted: str) -> Theme:
    """The theme of a setting: ``dark``, ``light``, or what the desktop uses."""
    if wanted in THEMES:
        return THEMES[wanted]
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def apply_font(app: QApplication) -> None:
    """Set the typeface: once, before the first widget, since style sheets hold on to it."""
    app.setFont(_font())


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress the whole application: style, palette and style sheet."""
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(STYLE.substitute(style_colors(theme)))


def icon(name: str, theme: Theme, *, color: str | None = None) -> QIcon:
    """A Material Design icon in the theme's colours.

    Parameters
    ----------
    name : str
        Without prefix, e.g. ``folder-open-outline``.
    theme : Theme
        For the colours of the enabled and the disabled state.
    color : str, optional
        Instead of the text colour.
    """
    drawn: QIcon = qtawesome.icon(
        f"mdi6.{name}",
        color=color or theme.text,
        color_disabled=faded(theme),
        color_on=theme.accent if color is None else color,
    )
    return QIcon(Glyph(drawn))


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet asks for and style the widget again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def faded(theme: Theme) -> str:
    """The colour of what can't be done just now: weak, but 3 to 1 on every surface."""
    return _mixed(theme.muted, theme.panel, 0.25)


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(color[k : k + 2], 16) / 255) for k in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(first: str, second: str, part: float) -> str:
    pairs = ((int(first[k : k + 2], 16), int(second[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _font() -> QFont:
    # The one typeface that ships makes the window look the same everywhere; where it can't be
    # loaded, the desktop's own font does.
    families: list[str] = []
    for file in sorted((paths.resources() / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    font = QFont("Roboto") if "Roboto" in families else QGuiApplication.font()
    font.setPixelSize(13)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    roles = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Link: theme.accent,
        role.Accent: theme.accent,
    }
    for key, color in roles.items():
        palette.setColor(key, QColor(color))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(faded(theme)))
    return palette


def style_colors(theme: Theme) -> dict[str, str]:
    """The colours that the style sheet knows by name, mixed ones included."""
    names = {name: getattr(theme, name) for name in Theme.__slots__}
    return names | {
        "hover": _mixed(theme.raised, theme.text, 0.08),
        "pressed": _mixed(theme.raised, theme.text, 0.16),
        "accent_hover": _mixed(theme.accent, theme.text, 0.15),
        "faded": faded(theme),
        "track": _mixed(theme.panel, theme.text, 0.16),
        "chevron": (paths.resources() / "icons" / f"chevron-{theme.name}.svg").as_posix(),
    }


STYLE = Template("""
QMainWindow, QMenuBar { background: $window; }
QMainWindow::separator { background: $window; width: 6px; height: 6px; }
QMenuBar { padding: 2px 6px; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 5px 9px; border-radius: 5px; background: transparent; color: $text; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $raised; border: 1px solid $line; padding: 6px; border-radius: 8px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: 5px; color: $text; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $faded; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::icon { padding-left: 6px; }

QToolBar { background: $window; border: none; border-bottom: 1px solid $line;
           padding: 5px 8px; spacing: 4px; }
QToolBar::separator { width: 1px; background: $line; margin: 6px 6px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolButton { color: $text; background: transparent; border: 1px solid transparent;
              border-radius: 6px; padding: 5px 9px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $accent_soft; color: $accent; }
QToolButton:disabled { color: $faded; }
QToolButton:focus, QPushButton:focus, QComboBox:focus { border-color: $accent; }
QToolButton[role="quiet"] { padding: 3px; }
QToolButton[role="quiet"]::menu-indicator { image: none; width: 0; }

QPushButton { color: $text; background: $raised; border: 1px solid $line; border-radius: 6px;
              padding: 6px 14px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:disabled { color: $faded; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; font-weight: 500;
                              border: 2px solid transparent; background-clip: padding;
                              padding: 7px 13px; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $raised; color: $faded; }
QPushButton[role="small"] { padding: 3px 10px; }
QPushButton[role="open"] { padding: 6px 9px; }

QDockWidget { color: $muted; titlebar-close-icon: none; }
QWidget#shapesBody, QWidget#inspectorBody, QWidget#modelsBody, QWidget#explorerBody {
    background: $panel; }
QLabel[role="heading"] { color: $muted; font-size: 11px; font-weight: 500;
                         letter-spacing: 1px; }
QLabel[role="title"] { font-size: 20px; font-weight: 500; color: $text; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: 12px; }
QLabel[role="key"] { color: $muted; }
QPushButton[role="heading"] { color: $muted; font-size: 11px; font-weight: 500; text-align: left;
                              background: transparent; border: 1px solid transparent;
                              padding: 3px 0; margin-left: -3px; border-radius: 4px; }
QPushButton[role="heading"]:hover { color: $text; }
QPushButton[role="heading"]:focus { border-color: $accent; }
QLabel[role="hint"] { color: $warning; font-size: 12px; }
QWidget[role="panelTitle"] { background: $panel; }
QLabel[role="panelTitle"] { font-size: 14px; font-weight: 500; color: $text; }
QFrame[role="hairline"] { background: $line; border: none; max-height: 1px; min-height: 1px; }

QListView { background: transparent; border: none; outline: 0; padding: 0 6px; }
QListView::item { border-radius: 6px; padding: 2px; color: $text; }
QListView::item:hover { background: $raised; }
QListView::item:selected { background: $accent_soft; color: $text; }
QTableView { outline: 0; padding: 2px; selection-background-color: $accent_soft;
             selection-color: $text; }
QTableView::item { padding: 4px 8px; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; font-weight: 500; border: none;
                       padding: 4px 8px; }

QComboBox { background: $raised; border: 1px solid $line; border-radius: 6px;
            padding: 5px 10px; color: $text; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px;
                              selection-background-color: $accent;
                              selection-color: $on_accent; outline: 0; }
QDoubleSpinBox, QSpinBox, QLineEdit { background: $field; border: 1px solid $line;
                            border-radius: 6px; padding: 4px 8px; color: $text;
                            selection-background-color: $accent;
                            selection-color: $on_accent; }
QDoubleSpinBox:focus, QSpinBox:focus, QLineEdit:focus { border-color: $accent; }
QDoubleSpinBox, QSpinBox { padding: 2px 4px; }
QDoubleSpinBox QLineEdit, QSpinBox QLineEdit { border: none; padding: 0; background: transparent; }
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button,
QSpinBox::up-button, QSpinBox::down-button {
    subcontrol-origin: border; width: 0px; height: 0px; border: none; }
QDoubleSpinBox:disabled { color: $faded; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px -1px; border-radius: 8px;
                             background: $text; border: 1px solid $panel; }
QSlider::handle:horizontal:hover { background: $accent; }
QSlider::handle:horizontal:focus { background: $accent; border: 1px solid $text; }
QSlider[role="balance"]::sub-page:horizontal { background: $track; }
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $line; }
QSlider::handle:horizontal:disabled { background: $faded; }

QWidget[role="segments"] { background: $field; border: 1px solid $line; border-radius: 7px; }
QWidget[role="segments"] QToolButton { border-radius: 5px; padding: 4px 0; color: $muted; }
QWidget[role="segments"] QToolButton:hover { color: $text; background: $hover; }
QWidget[role="segments"] QToolButton:checked { background: $accent; color: $on_accent; }
QWidget[role="segments"] QToolButton:disabled { color: $faded; }
QWidget[role="segments"] QToolButton:checked:disabled { background: $hover; color: $faded; }

QFrame[role="card"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="tile"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="tile"]:hover { background: $hover; }
QFrame[role="tile"]:focus { border-color: $accent; }
QFrame[role="tile"][chosen="true"] { background: $accent_soft; border-color: $accent; }
QLabel[role="tileName"] { color: $text; font-weight: 500; }
QLabel[role="tileLine"] { color: $muted; font-size: 12px; }
QLabel[role="tileName"]:disabled, QLabel[role="tileLine"]:disabled { color: $faded; }
QFrame[role="empty"] { background: $panel; border: 1px solid $line; border-radius: 14px; }
QFrame[role="drop"] { background: $accent_soft; border: 2px dashed $accent;
                      border-radius: 14px; }
QToolButton[role="sample"] { background: $raised; border: 1px solid $line; border-radius: 10px;
                             padding: 8px 6px; }
QToolButton[role="sample"]:hover { border-color: $accent; background: $hover; }
QToolButton[role="sample"]:focus { border-color: $accent; }

QFrame[role="popup"] { background: $raised; border: 1px solid $line; border-radius: 10px; }
QFrame[role="popup"] QListView { padding: 0; }
QFrame[role="popup"] QLabel, QFrame[role="empty"] QLabel,
QWidget#doctorCard-body { background: transparent; }
QFrame[role="popup"] QPushButton[role="small"] { background: $hover; }
QFrame[role="popup"] QPushButton[role="small"]:hover { background: $pressed; }
QLineEdit[role="search"] { padding: 7px 10px; font-size: 14px; }
QLabel[role="keycap"] { color: $text; background: $raised; border: 1px solid $line;
                        border-bottom-width: 2px; border-radius: 4px; padding: 1px 6px;
                        font-size: 12px; }

QTabWidget::pane { border: none; background: $panel; }
QTabBar { background: $panel; }
QTabBar::tab { background: transparent; color: $muted; padding: 6px 12px; margin: 2px 2px 0 2px;
               border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QToolButton[role="well"] { background: $field; border: 1px dashed $line; border-radius: 10px;
                           padding: 4px; color: $muted; font-size: 12px; }
QToolButton[role="well"][isFilled="true"] { border-style: solid; color: $text; }
QToolButton[role="well"]:hover { border-color: $accent; color: $text; }
QToolButton[role="well"]:focus { border: 1px solid $accent; }
QToolButton[role="well"][isTarget="true"] { border: 2px dashed $accent; background: $accent_soft; }
QToolButton[role="well"]::menu-indicator { image: none; width: 0; }

QStatusBar { background: $window; border-top: 1px solid $line; min-height: 30px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; }
QStatusBar QLabel[role="message"] { color: $text; }
QProgressBar { background: $track; border: none; border-radius: 3px; max-height: 6px;
               min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 2px; }
QScrollBar::handle:vertical { background: $track; border-radius: 3px; min-height: 28px; }
QScrollBar::handle:vertical:hover { background: $faded; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: none; height: 0; width: 0; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 7px; }
QPlainTextEdit { background: $field; border: 1px solid $line; border-radius: 6px;
                 color: $text; padding: 6px; }
""")
