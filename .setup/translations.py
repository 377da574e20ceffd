"""Collects the sentences that the window shows, and writes the catalogues of the other languages.

``make translations`` runs this. It reads the source as syntax trees, so it finds what `tr`, `trn`,
`marked` and the rows of the table of actions hold, and in the layers below the window the errors,
labels and findings that reach it; there an f-string's values become places: ``Open {items}``.

New sentences are added to each ``.po`` untranslated, those that are gone leave it, and the ``.mo``
that the program reads are written again.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "resources" / "translations"
LANGUAGES = ("de",)

BELOW = (
    "errors.py",
    "exchange",
    "extraction",
    "finishing",
    "inference",
    "latents",
    "shapes",
    "studio",
)
"""What the window shows sentences of."""

_LABELLED = (
    "Edit",
    "Finding",
    "Notice",
    "set_input_edit",
    "set_finishing",
    "set_latent",
    "_set_frame",
)
_SAYING = (
    "label",
    "text",
    "reason",
    "remedy",
    "advice",
    "said",
    "summary",
    "note",
    "notes",
    "offer",
)
_WORDS = re.compile(r"[A-Za-z]{2,}")

Sentence = str | tuple[str, str]


def sentences() -> set[Sentence]:
    """Everything to be translated; pairs are one and many of something."""
    package = REPOSITORY / "occstudio"
    found: set[Sentence] = set()
    for path in sorted((package / "gui").rglob("*.py")):
        found |= set(_of_window(ast.parse(path.read_text(encoding="utf-8"))))
    for name in BELOW:
        top = package / name
        for path in [top] if top.suffix else sorted(top.rglob("*.py")):
            found |= set(_of_layer(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def written(code: str) -> Catalog:
    """A language's catalogue as it is on disk, or an empty one."""
    path = _po(code)
    if path.is_file():
        with path.open("rb") as file:
            return pofile.read_po(file, locale=code)
    return Catalog(locale=code)


def collected(code: str) -> Catalog:
    """A language's catalogue with what there is to be said now."""
    old, new = written(code), Catalog(locale=code, project="OccStudio", fuzzy=False)
    for sentence in sorted(sentences(), key=lambda one: one if isinstance(one, str) else one[0]):
        key = sentence if isinstance(sentence, str) else sentence[0]
        known = old.get(key)
        same = known is not None and known.id == sentence
        new.add(sentence, known.string if known is not None and same else None)
    return new


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    from io import BytesIO

    # Without a date, so that nothing changes where no word does.
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = BytesIO()
    mofile.write_mo(file, catalogue)
    return file.getvalue()


def main() -> int:
    """Write all catalogues; say what is missing."""
    for code in LANGUAGES:
        catalogue = collected(code)
        path = _po(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # No dates and no places: two people's additions must merge.
            pofile.write_po(file, catalogue, omit_header=True, no_location=True, width=100)
        text = path.read_text(encoding="utf-8")
        path.write_text(_header(catalogue) + text.rstrip("\n") + "\n", encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compiled(written(code)))
        missing = sum(1 for message in catalogue if message.id and not _is_said(message.string))
        print(f"{path.relative_to(REPOSITORY)}: {len(catalogue)} sentences, {missing} to translate")  # noqa: T201 - a tool of the shell
    return 0


def _header(catalogue: Catalog) -> str:
    return (
        f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )


def _is_said(string: object) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def _po(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / "occstudio.po"


# -- the window ------------------------------------------------------------------------------------


def _of_window(tree: ast.AST) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in ("tr", "marked") and node.args:
            yield from _texts(node.args[0])
        elif name == "trn" and len(node.args) >= 2:
            one, many = (next(_texts(part), None) for part in node.args[:2])
            if one is not None and many is not None:
                yield one, many
        elif name == "ActionSpec":
            yield from _of_action(node)


def _of_action(node: ast.Call) -> Iterator[str]:
    """A row of the table of actions: its menus, its text and its tip."""
    fields = ("name", "menu", "text", "run", "icon", "keys", "tip")
    given = dict(zip(fields, node.args, strict=False))
    given |= {word.arg: word.value for word in node.keywords if word.arg is not None}
    for text in _texts(given.get("menu")):
        yield from (part for part in text.split("/")[1:])
    yield from _texts(given.get("text"))
    yield from _texts(given.get("tip"))


def _texts(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


# -- the layers below ------------------------------------------------------------------------------


def _of_layer(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name.endswith("Error") or name in _LABELLED or _is_error_init(node):
                for part in (*node.args, *(word.value for word in node.keywords)):
                    yield from _said(part)
        elif isinstance(node, ast.Assign):
            named = ast.unparse(node.targets[0])
            if named in _SAYING or "label" in named or "reason" in named:
                yield from _said(node.value)
        elif isinstance(node, ast.arguments):
            named = node.args[len(node.args) - len(node.defaults) :]
            for argument, default in zip(named, node.defaults, strict=True):
                if argument.arg in _SAYING:
                    yield from _said(default)
        elif isinstance(node, ast.FunctionDef) and node.name in _SAYING:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and isinstance(inner.value, ast.JoinedStr):
                    yield _template(inner.value)


def _is_error_init(node: ast.Call) -> bool:
    called = node.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "__init__"
        and isinstance(called.value, ast.Call)
        and _name(called.value.func) == "super"
    )


def _said(node: ast.AST) -> Iterator[str]:
    """Sentences in an expression: constants, f-strings with places, both sides of an `if`."""
    if isinstance(node, ast.JoinedStr):
        yield from _worth(_template(node))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _said(part.value)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield from _worth(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for part in node.elts:
            yield from _said(part)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield from _said(value)


def _worth(text: str) -> Iterator[str]:
    """The text, if it is one: two words, or one that begins like a button's."""
    words = _WORDS.findall(re.sub(r"\{\w+\}", "", text))
    if (len(words) >= 2 and " " in text) or (words and text[0].isupper()):
        yield text


def _template(node: ast.JoinedStr) -> str:
    made, used = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue):
            source = ast.unparse(part.value)
            name = _value_name(part.value)
            stem, number = name, 2
            while used.get(name, source) != source:
                name, number = f"{stem}{number}", number + 1
            used[name] = source
            made += f"{{{name}}}"
    return made


def _value_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        called = _name(node.func).lstrip("_")
        return "count" if called == "len" else _value_name(node.args[0]) if node.args else called
    if isinstance(node, ast.Name):
        return node.id.lstrip("_").lower()
    if isinstance(node, ast.Attribute):
        return node.attr.lstrip("_").lower()
    if isinstance(node, ast.Subscript):
        return _value_name(node.value)
    return "value"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


if __name__ == "__main__":
    sys.exit(main())
