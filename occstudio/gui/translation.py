"""What the window says, in the language that was chosen.

English sentences in the code are the keys, and gettext's catalogues in ``resources/translations``
hold the others. gettext rather than Qt's own: English needs no catalogue for its plurals, every
translator's tool reads ``.po`` files, and sentences from layers that know no Qt translate alike.

- ``tr("Open {name}", name=item.name)`` where something is shown; never an f-string inside.
- ``trn("{count} shape", "{count} shapes", count)`` where a number decides about the words.
- ``marked("Open")`` in tables that are made before a language is chosen; shown through `tr`.
- ``told(text)`` for sentences that other layers made: those have their values in them already, so
  they are recognised by the words between the values.

``make translations`` collects the sentences; a test finds what bypasses these functions.
"""

import gettext
import logging
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from occstudio import paths

DOMAIN = "occstudio"

NAMES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""Languages that there are, and what they call themselves."""

_COMMA = ("de",)
"""Languages whose decimal sign is a comma; they group thousands by points."""

_FIELD = re.compile(r"\{(\w+)(![rs])?(:[^}]*)?\}")
_LEAST_LETTERS = 4
"""A sentence with fewer letters between its values would be seen in anything."""

_log = logging.getLogger(__name__)


class _Catalogue(gettext.GNUTranslations):
    """A catalogue that can be asked which sentences with values it has."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that have a place for a value, the most telling first."""
        known: Mapping[object, object] = vars(self)["_catalog"]
        found = {key for key in known if isinstance(key, str) and _FIELD.search(key)}
        return tuple(sorted(found, key=lambda text: (-_letters(text), text)))


class _Format(string.Formatter):
    """Values in sentences, with the language's decimal sign."""

    def format_field(self, value: object, format_spec: str) -> str:
        said = super().format_field(value, format_spec)
        if decimal_sign() == "," and isinstance(value, int | float):
            return said.translate(_SWAPPED)
        return said


class _QtWords(QTranslator):
    """Qt's own words in a language, but for those that we say better."""

    def isEmpty(self) -> bool:
        """Never: it has at least ours."""
        return False

    def translate(  # type: ignore[override]
        self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Ours, Qt's, or None for the words as they are."""
        # Of a dialog that saves as well, where nothing is looked for.
        if sourceText in ("Look in:", "&Look in:") and context == "QFileDialog":
            return tr("&Folder:")
        return super().translate(context, sourceText, disambiguation or "", n) or None


@dataclass(slots=True)
class _InUse:
    """The language that is spoken, its catalogue and Qt's own."""

    code: str = "en"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    qt: QTranslator | None = None


_SWAPPED = str.maketrans(",.", ".,")
_FORMAT = _Format()
_now = _InUse()


def tr(text: str, /, **values: object) -> str:
    """A sentence in the language in use.

    Parameters
    ----------
    text : str
        In English, with ``{name}`` where a value goes; format specifications are allowed.
    **values : object
        What goes there; numbers with a specification get the language's decimal sign.
    """
    return _filled(_now.catalogue.gettext(text) if text else "", text, values)


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """A sentence in the form that a number asks for; ``{count}`` is the number.

    Parameters
    ----------
    one, many : str
        In English, for one and for any other number.
    count : int
        The number.
    **values : object
        What else goes into it.
    """
    plain = one if count == 1 else many
    said = _now.catalogue.ngettext(one, many, count)
    return _filled(said, plain, {"count": count, **values})


def marked(text: str) -> str:
    """The sentence itself, to be collected here and translated where it is shown."""
    return text


def told(text: str) -> str:
    """A sentence that another layer made, in the language in use; as it came if it is not known.

    Parameters
    ----------
    text : str
        A label of an edit, an error's text, a finding: in English, its values filled in.
    """
    if not text or not isinstance(_now.catalogue, _Catalogue):
        return text
    return _recognised(_now.code, text)


def sentence(text: str) -> str:
    """What another layer said in lower case, translated, with a capital letter."""
    said = told(text)
    return said[:1].upper() + said[1:]


def numeral(value: float, form: str) -> str:
    """A number as the language writes it; `form` is a format specification such as ``.3g``."""
    return _FORMAT.format_field(value, form)


def decimal_sign() -> str:
    """What stands before the decimals."""
    return "," if _now.code in _COMMA else "."


def with_thin_spaces(text: str) -> str:
    """Thousands parted by thin spaces, which no language reads as decimals."""
    return text.replace("." if decimal_sign() == "," else ",", "\u2009")


def language() -> str:
    """The code of the language in use."""
    return _now.code


def use_language(code: str) -> str:
    """Speak a language from now on; what is shown already stays as it is.

    Parameters
    ----------
    code : str
        ``system`` or one of `NAMES`; English where there is no catalogue for it.

    Returns
    -------
    str
        The code of the language that is spoken.
    """
    wanted = _system_language() if code == "system" else code
    catalogue = _read(wanted)
    _now.code = wanted if catalogue is not None else "en"
    _now.catalogue = catalogue or gettext.NullTranslations()
    _recognised.cache_clear()
    _patterns.cache_clear()
    _use_in_qt(_now.code)
    return _now.code


def _filled(said: str, plain: str, values: Mapping[str, object]) -> str:
    if not values:
        return said
    try:
        return _FORMAT.vformat(said, (), values)
    except (KeyError, IndexError, ValueError) as error:
        # A slip in a catalogue must not cost the sentence.
        _log.error("the translation '%s' does not fit '%s': %s", said, plain, error)
        return _FORMAT.vformat(plain, (), values)


def _system_language() -> str:
    for name in QLocale.system().uiLanguages():
        code = name.partition("-")[0].lower()
        if code in NAMES:
            return code
    return "en"


def _read(code: str) -> _Catalogue | None:
    path = paths.resources() / "translations" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if code == "en":
        return None
    try:
        return _Catalogue(BytesIO(path.read_bytes()))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        _log.warning("there is no catalogue for the language '%s' (%s): using English", code, error)
        return None


def _use_in_qt(code: str) -> None:
    """Qt's own words, as on the buttons of its dialogs, and numbers that are typed."""
    QLocale.setDefault(QLocale(code))
    if QCoreApplication.instance() is None:
        return
    if _now.qt is not None:
        QCoreApplication.removeTranslator(_now.qt)
        _now.qt = None
    own = _QtWords()
    if code != "en":
        own.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    QCoreApplication.installTranslator(own)
    _now.qt = own


@lru_cache(maxsize=512)
def _recognised(code: str, text: str) -> str:
    catalogue = _now.catalogue
    exact = catalogue.gettext(text)
    if exact != text or not isinstance(catalogue, _Catalogue):
        return exact
    for pattern, known in _patterns(code):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        said = catalogue.gettext(known)
        # What is quoted is a name; what is not may be words that are known, too.
        quoted = {name for name in found.groupdict() if re.search(rf"['“]\{{{name}", known)}
        values = {
            name: value if name in quoted else _recognised(code, value)
            for name, value in found.groupdict().items()
        }
        return _put_in(said, values)
    return text


def _put_in(said: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda place: values.get(place[1], place[0]), said)


@lru_cache(maxsize=1)
def _patterns(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    assert code == _now.code
    catalogue = _now.catalogue
    if not isinstance(catalogue, _Catalogue):
        return ()
    return tuple(
        (_pattern(text), text) for text in catalogue.sentences if _letters(text) >= _LEAST_LETTERS
    )


def _pattern(text: str) -> re.Pattern[str]:
    made, place, seen = "", 0, set[str]()
    for hole in _FIELD.finditer(text):
        name = hole[1]
        made += re.escape(text[place : hole.start()])
        made += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
        place = hole.end()
    return re.compile(made + re.escape(text[place:]), re.DOTALL)


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in _FIELD.sub("", text))
