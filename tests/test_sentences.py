"""Nothing that a person reads bypasses the translation, and German is really German."""

import ast
import importlib.util
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from occstudio import errors
from occstudio.gui.actions import TABLE
from occstudio.gui.translation import (
    NAMES,
    language,
    marked,
    numeral,
    sentence,
    told,
    tr,
    trn,
    use_language,
    with_thin_spaces,
)
from occstudio.studio import edits

GUI = Path(__file__).resolve().parents[1] / "occstudio" / "gui"

SHOWING = frozenset(
    (
        "setText",
        "setToolTip",
        "setStatusTip",
        "setWindowTitle",
        "setTitle",
        "setPlaceholderText",
        "setAccessibleName",
        "setAccessibleDescription",
        "setInformativeText",
        "setSuffix",
        "setPrefix",
        "setItemText",
        "setTabText",
        "showMessage",
        "addItem",
        "addAction",
        "addMenu",
        "addTab",
        "addButton",
        "QLabel",
        "QPushButton",
        "QCheckBox",
        "QRadioButton",
        "QGroupBox",
        "QAction",
        "QMenu",
        "QToolBar",
        "Notice",
        "Section",
        "QElidingLabel",
    )
)
"""What shows its text to a person."""

UNTRANSLATED = {
    "screenshots.py": "a tool for developers",
    "theme.py": "style sheets",
    "translation.py": "the function itself",
    "view/shading.py": "programs of the graphics card",
    "view/standing.py": "programs of the graphics card",
    "startup.py": "names of the system",
    "lasting_none.py": "no words",
    "view/studio_lights.py": "names that VTK gives",
}
"""Modules without a word for a person."""

AS_THEY_ARE = frozenset(
    {
        "OccStudio",  # a name
        "OccStudio[*]",
        "OccStudio \u2026",
        "IoU",  # what papers call them, in every language
        "Chamfer-L1",
        "F-score",
        "PLY, XYZ, PCD, LAS, E57, NPZ",  # formats
        "OBJ, STL, GLB, OFF, PLY",
        "PNG, JPEG, binvox",
        ".pt, .safetensors, .occ",
        "PLY (*.ply)",
        "STL (*.stl)",
        "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp)",
        "Qt \u2026 on '\u2026'",  # the system report, which is for the authors
        "the examination ended with code \u2026",
        "gdi generic",  # drivers
        "basic render",
        "GIF",
        "WebP",
        "MP4",
    }
)
"""The same in every language."""

WORDS = re.compile(r"[A-Za-z]{2,}[,.:;…]?\s+.*[A-Za-z]{2,}|^\W*[A-Z][a-z]{2,}")
"""Two words, or one that begins like a label's."""

TEXT_FIRST = ("addItem", "addButton", "Section")
"""What shows its first argument only."""

KEYS = re.compile(r"(Ctrl|Shift|Alt)\+\S+|Home|Del|Esc|F\d+")
"""Shortcuts: Qt translates them."""

TECHNICAL_CALLS = frozenset(
    (
        "setObjectName",
        "setProperty",
        "setStyleSheet",
        "findChild",
        "findChildren",
        "icon",
        "getattr",
        "connect",
        "cast",
        "import_module",
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "QKeySequence",
        "Path",
        "setFamily",
        "array",
        "einsum",
        "open",
        "write",
        "replace",
        "split",
        "join",
        "strip",
        "partition",
        "rpartition",
        "startswith",
        "endswith",
        "fromBase64",
        "load",
        "SetName",
        "AddShaderReplacement",
        "AddObserver",
        "setattr",
        "hasFormat",
        "setData",
        "Thread",
        "mkdtemp",
        "qss",
        "tell",
    )
)
"""Calls whose texts no person reads."""


@pytest.fixture
def german() -> Iterator[None]:
    """Everything is said in German, then in English again."""
    assert use_language("de") == "de"
    yield
    use_language("en")


@pytest.fixture
def tool() -> ModuleType:
    """The collector of `make translations`."""
    path = GUI.parents[1] / ".setup" / "translations.py"
    spec = importlib.util.spec_from_file_location("occstudio_translations_tool", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------- nothing bypasses it


def modules() -> list[Path]:
    return [
        path for path in sorted(GUI.rglob("*.py")) if str(path.relative_to(GUI)) not in UNTRANSLATED
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(GUI)))
def test_no_words_for_a_person_bypass_the_translation(path: Path) -> None:
    found = list(bypassing(ast.parse(path.read_text(encoding="utf-8"))))
    assert not found, "wrap these in tr(), trn() or marked(): " + "; ".join(found)


@pytest.mark.parametrize(
    "code",
    [
        'label.setText("Open")',
        'label.setText("ready")',
        'label.setToolTip(f"{n} shapes")',
        'x = "two words"',
        'x = tr(f"{n} shapes are open")',
        'TABLE = (("name", "Look here"),)',
        'ActionSpec("name", "View", f"Show {name}", run)',
        'QLabel("Size", self)',
    ],
)
def test_the_test_sees_what_bypasses(code: str) -> None:
    assert list(bypassing(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'label.setText(tr("Open {name}", name=name))',
        'label.setObjectName("Open it")',
        'TABLE = (("name", marked("Look here")),)',
        'ActionSpec("name", "View", "Show", run, tip="Shows it")',
        '_log.warning("no file was found")',
        'raise ValueError("no such thing here")',
        'label.setText(f"{width} × {height}")',
        'def f(a: "Some thing") -> "Other Thing":\n    """A docstring."""',
    ],
)
def test_the_test_lets_the_rest_pass(code: str) -> None:
    assert not list(bypassing(ast.parse(code)))


def bypassing(tree: ast.AST) -> Iterator[str]:
    """What a person would read untranslated, with its line."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    technical = set(_technical(tree))
    for node in ast.walk(tree):
        if node in technical or isinstance(above.get(node), ast.JoinedStr):
            continue
        text = _text(node)
        if text is None or text in AS_THEY_ARE or not re.search("[A-Za-z]{2}", text):
            continue
        if KEYS.fullmatch(text):
            continue
        owner = above.get(node)
        is_shown = (
            isinstance(owner, ast.Call)
            and _name(owner.func) in SHOWING
            and node in owner.args
            # Choices carry their value beside the text.
            and not (_name(owner.func) in TEXT_FIRST and node is not owner.args[0])
        )
        if WORDS.search(text) or (is_shown and re.search("[A-Za-z]{2}", text)):
            yield f"line {node.lineno}: {text!r}"  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "\u2026" for part in node.values)
        return "".join(str(part) for part in parts)
    return None


def _technical(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes within what no person reads, and within the translation itself."""
    for node in ast.walk(tree):
        inside: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside = [node.value]
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            inside = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            inside = [node.returns]
        elif isinstance(node, (ast.Compare, ast.Raise)):
            inside = [node]
        elif isinstance(node, ast.Subscript):
            inside = [node.slice]
        elif isinstance(node, ast.keyword) and node.arg == "gesture":
            inside = [node.value]  # a name for the history
        elif isinstance(node, ast.Dict):
            inside = list(node.keys)
        elif isinstance(node, ast.Call):
            inside = list(_technical_parts(node))
        for part in inside:
            if part is not None:
                yield from ast.walk(part)


def _technical_parts(node: ast.Call) -> Iterator[ast.AST]:
    name = _name(node.func)
    plain = [part for part in node.args if isinstance(part, ast.Constant)]
    if name in TECHNICAL_CALLS or name.endswith("Error"):
        yield from node.args
    elif name in ("tr", "marked"):
        # An f-string would be a sentence that no catalogue has.
        yield from plain[:1]
    elif name == "trn":
        yield from plain[:2]
    elif name == "ActionSpec":
        # Its menu, text and tip are translated where they are shown; they must be collectable.
        yield from plain
        yield from node.args[:1]
        yield from (word.value for word in node.keywords if isinstance(word.value, ast.Constant))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


# ------------------------------------------------------------------- what it does


def test_english_needs_no_catalogue() -> None:
    use_language("en")
    assert tr("Open {name}", name="chair") == "Open chair"
    assert trn("{count} shape", "{count} shapes", 1) == "1 shape"
    assert trn("{count} shape", "{count} shapes", 1200) == "1200 shapes"
    assert told("could not read 'x'") == "could not read 'x'"


def test_an_unknown_language_is_english() -> None:
    assert use_language("en") == "en"
    assert NAMES["en"] == "English"


@pytest.mark.expects_log("there is no catalogue for the language 'xx'")
def test_a_language_without_a_catalogue_falls_back_to_english() -> None:
    assert use_language("xx") == "en"
    assert tr("Cancel") == "Cancel"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert tr("Open {name}", name="{odd}") == "Open {odd}"


@pytest.mark.usefixtures("german")
def test_german_has_its_plurals_and_its_decimal_comma() -> None:
    assert language() == "de"
    assert trn("Smooth {count} round", "Smooth {count} rounds", 1) == "1 Runde glätten"
    assert trn("Smooth {count} round", "Smooth {count} rounds", 5) == "5 Runden glätten"
    assert numeral(1234.5, ",.1f") == "1.234,5"
    assert tr("{count:,} triangles", count=12000) == "12.000 Dreiecke"
    assert with_thin_spaces(numeral(12000, ",")) == "12\u2009000"


@pytest.mark.usefixtures("german")
def test_what_other_layers_say_is_recognised_by_its_words() -> None:
    assert told(edits.remove_items((1, 2, 3)).label) == "3 Formen löschen"
    assert told(edits.set_threshold((1,), 0.25).label) == "Schwelle 0.25"
    error = errors.UnreadableFileError("chair.ply", "it is cut off; export or download it again")
    assert told(str(error)) == (
        "konnte 'chair.ply' nicht lesen: es ist abgeschnitten; neu exportieren oder herunterladen"
    )
    assert sentence("reconstruct it first") == "Erst rekonstruieren"
    nothing = errors.NoSurfaceError(0.9, 0.1, 0.4, 0.25)
    assert told(str(nothing)).endswith("Schwelle 0.25 versuchen")


@pytest.mark.usefixtures("german")
def test_a_name_that_is_a_known_word_stays_a_name() -> None:
    error = errors.UnreadableFileError("Surface", "there is no such file; check the path")
    assert told(str(error)).startswith("konnte 'Surface' nicht lesen")


@pytest.mark.usefixtures("german")
def test_what_no_catalogue_knows_stays_as_it_came() -> None:
    assert told("a sentence of some plugin") == "a sentence of some plugin"


@pytest.mark.expects_log("does not fit")
def test_a_slip_in_a_catalogue_does_not_cost_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Open {name}", "{nmae} öffnen")
    path = tmp_path / "translations" / "de" / "LC_MESSAGES" / "occstudio.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr("occstudio.paths.resources", lambda: tmp_path)
    try:
        assert use_language("de") == "de"
        assert tr("Open {name}", name="chair") == "Open chair"
    finally:
        use_language("en")


# ------------------------------------------------------------------- the catalogues


def test_translations_have_the_places_and_marks_of_their_sources(tool: ModuleType) -> None:
    for code in tool.LANGUAGES:
        for source, said in pairs(tool.written(code)):
            assert places(said) == places(source), (source, said)
            assert source.replace("&&", "").count("&") == said.count("&"), (source, said)
            assert source.endswith("…") == said.endswith("…"), (source, said)


def test_no_two_entries_of_a_menu_take_the_same_letter(tool: ModuleType) -> None:
    catalogue = tool.written("de")
    for menu in {spec.menu for spec in TABLE}:
        texts = [spec.text for spec in TABLE if spec.menu == menu]
        said = [catalogue[text].string or text for text in texts]
        letters = [text[text.index("&") + 1].lower() for text in said if "&" in text]
        assert len(letters) == len(set(letters)), (menu, said)


def test_what_the_program_reads_is_what_translators_wrote(tool: ModuleType) -> None:
    for code in tool.LANGUAGES:
        path = GUI.parents[1] / "resources" / "translations" / code / "LC_MESSAGES" / "occstudio.mo"
        assert path.read_bytes() == tool.compiled(tool.written(code)), "run `make translations`"


def test_the_collector_finds_sentences_of_all_layers(tool: ModuleType) -> None:
    found = tool.sentences()
    assert "could not read '{path}': {reason}" in found  # errors
    assert "Delete {count} shapes" in found  # edits
    assert "the surface is in pieces" in found  # the doctor
    assert "&Undo" in found  # the table of actions
    assert ("Smooth {count} round", "Smooth {count} rounds") in found
    assert "Shading" in found  # a submenu


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            if message.string:
                yield message.id, str(message.string)
        else:
            # A sentence for one may leave the number out.
            yield message.id[-1], (message.string or ("",))[-1]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_mark_changes_nothing() -> None:
    assert marked("Open") == "Open"
