"""What the models of a furniture library are: names, sizes, makers, and one class for each.

A Sweet Home 3D library carries a Java properties file whose keys end in ``#i`` for its i-th
model. It knows rooms ("Kitchen"), not kinds, so the class is read from the name, rule by rule,
first match wins. Flat things and wall plates are no shapes worth learning: they are left out,
with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CLASSES = (
    "chair",
    "armchair",
    "stool",
    "bench",
    "sofa",
    "table",
    "desk",
    "bed",
    "cabinet",
    "lamp",
    "appliance",
    "plant",
    "vessel",
    "door",
    "electronics",
    "vehicle",
    "person",
    "sanitary",
    "animal",
    "other",
)
FURNITURE_CLASSES = CLASSES[:10]

CATALOGUE_NAME = "PluginFurnitureCatalog.properties"
FLATTEST = 0.02  # least side over greatest: below this a model is a sheet


# Shells that stand for solids but have holes: judged by looking at those whose labels came out
# hollow. Figures are open at the neck and the sleeves, all of them.
_FILLED_CLASSES = frozenset({"person"})
_FILLED = frozenset(
    {
        "BlendSwap-CC-0/briefcase",
        "BlendSwap-CC-0/couch",
        "BlendSwap-CC-0/fireExtinguisher",
        "BlendSwap-CC-0/handbag",
        "BlendSwap-CC-0/lowerCornerCabinet",
        "BlendSwap-CC-0/mamadeira",
        "BlendSwap-CC-0/poolTable",
        "BlendSwap-CC-0/toiletBrush",
        "BlendSwap-CC-BY/cafe_set_tonon_chair",
        "BlendSwap-CC-BY/cafe_set_tonon_table",
        "BlendSwap-CC-BY/carrito-de-madera",
        "BlendSwap-CC-BY/gift",
        "BlendSwap-CC-BY/microwave",
        "BlendSwap-CC-BY/modernRadiator",
        "BlendSwap-CC-BY/officeTable",
        "BlendSwap-CC-BY/piano",
        "BlendSwap-CC-BY/rubix2",
        "BlendSwap-CC-BY/treadmill",
        "KatorLegaz/fire-hydrant",
        "KatorLegaz/propane-stove",
        "KatorLegaz/scooter",
        "KatorLegaz/stapler",
        "Scopia/doll",
        "Scopia/folded_clothes",
        "Scopia/living_room_table",
        "Scopia/mezzanine-bed",
        "Scopia/saloon_table",
        "Scopia/yamaha-yzr-r6",
    }
)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model as its library describes it.

    Attributes
    ----------
    model : str
        Path of the mesh inside the library, without a leading slash.
    size_cm : (float, float, float) or None
        Along x (width), y (height) and z (depth), after the rotation.
    rotation : nine floats or None
        Row by row; takes the file's axes to +Y up, +Z front.
    """

    model: str
    name: str
    category: str
    tags: str
    creator: str
    licence: str
    size_cm: tuple[float, float, float] | None
    rotation: tuple[float, ...] | None


def read_catalogue(data: bytes) -> list[CatalogueEntry]:
    r"""Read the properties file of a furniture library.

    Parameters
    ----------
    data : bytes
        Latin-1 with ``\uXXXX`` escapes, as Java writes it.
    """
    shared: dict[str, str] = {}
    numbered: dict[int, dict[str, str]] = {}
    for key, value in _properties(data.decode("latin-1")):
        name, _, number = key.partition("#")
        if number.isdigit():
            numbered.setdefault(int(number), {})[name] = value
        else:
            shared[key] = value
    licence = re.sub(r"\s+", " ", shared.get("license", "")).strip()
    return [_entry(numbered[i], licence) for i in sorted(numbered) if "model" in numbered[i]]


def classify(name: str, category: str = "", tags: str = "") -> str:
    """Class of a model by its name, then its tags and category (see `CLASSES`)."""
    for class_name, pattern in _RULES:
        if pattern.search(name.lower()):
            return class_name
    for class_name, words in _TAG_RULES:
        if set(words) & {tag.strip().lower() for tag in tags.split(",")}:
            return class_name
    return _CATEGORIES.get(category.lower(), "other")


def reason_to_leave_out(
    name: str, tags: str = "", size_cm: tuple[float, float, float] | None = None
) -> str | None:
    """Why a model is no shape to learn from, or None if it is one."""
    if "clothes" not in tags.lower() and _WALL_PLATES.search(name.lower()):
        return "a wall plate (socket, switch or plug)"
    if size_cm and min(size_cm) < FLATTEST * max(size_cm):
        return "flat: its least side is under 2 % of its greatest"
    return "flat: a floor covering or marking" if _FLAT.search(name.lower()) else None


def is_solid_behind_holes(model_id: str, shape_class: str) -> bool:
    """Whether holes of this model are to be closed before it is labelled."""
    return shape_class in _FILLED_CLASSES or model_id in _FILLED


def _properties(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    text = re.sub(r"\\\r?\n[ \t]*", "", text)  # a backslash continues the line
    for line in text.splitlines():
        match = re.match(r"^\s*([^\s#!=:][^\s=:]*)\s*[=:]\s*(.*)$", line)
        if match:
            pairs.append((match[1], _unescape(match[2]).strip()))
    return pairs


def _unescape(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return re.sub(r"\\([^u])", r"\1", text)


def _entry(values: dict[str, str], licence: str) -> CatalogueEntry:
    size = _floats(" ".join(values.get(side, "") for side in ("width", "height", "depth")))
    rotation = _floats(values.get("modelRotation", ""))
    return CatalogueEntry(
        model=values["model"].lstrip("/"),
        name=values.get("name", ""),
        category=values.get("category", ""),
        tags=values.get("tags", ""),
        creator=values.get("creator", ""),
        licence=values.get("license", licence),
        size_cm=(size[0], size[1], size[2]) if len(size) == 3 and min(size) > 0 else None,
        rotation=tuple(rotation) if len(rotation) == 9 else None,
    )


def _floats(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split()]
    except ValueError:
        return []


def _rule(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_WALL_PLATES = _rule(r"sockets?|plugs?|switch|dimmer|dimmer switch")
_FLAT = _rule(
    r"rug|carpet|doormat|bathmat|tatami|parking slot|arrow .*|bill \d+.*|pedestrian crossing|"
    r"concrete sidewalk"
)

# First match wins, so that "armchair ottoman" is a stool and "piano bench" a bench.
_RULES = [
    (class_name, _rule(words))
    for class_name, words in (
        (
            "other",
            r"abdominal bench|air mattress|aquarium|bowl with .*|car model|clothes horse|cup cake|"
            r"dog house|doll house|doll|flower box|hammock|hanging clothes|hot dog|indoor bike|"
            r"letter tray|lip stick|roasted chicken|rocking horse|shower curtain|sleeping bag|"
            r"soccer ball|stone lantern|table tennis bat|teddy bear|water heater|wheelchair|"
            r"window blind|woman shoes|workbench|xylophone|plate(?:, .*)?",
        ),
        ("vehicle", r"seat leon"),
        ("stool", r"stool|ottoman|puff|pouffe"),
        ("armchair", r"armchair|recliner|lounge chair"),
        ("chair", r"chair|seat|deckchair|pool lounge"),
        ("bench", r"bench|little bank|wood bank"),
        ("sofa", r"sofa|couch|settee|loveseat"),
        ("bed", r"bed|crib|futon"),
        (
            "lamp",
            r"\w*lamp(?:s|post)?|lights?|spotlight|chandelier|lantern|fluorescent strip|flashlight",
        ),
        (
            "sanitary",
            r"vanity|washbasin|basin|lavatory|bath|bathtub|bidet|toilets? unit|urinal|shower|"
            r"jacuzzi|potty|sink(?! cabinet)|faucet",
        ),
        ("desk", r"desk|dressing table|secretary"),
        ("door", r"door(?! cabinet)|window(?! shutter)|elevator"),
        ("appliance", r"chest freezer|fan|\w+ scale"),
        (
            "cabinet",
            r"cabinet|wardrobe|bookcase|shelves|shelf|cupboard|dresser|chest|locker|safe|"
            r"bedside table|nightstand|tv stand|island|contemporary living room|changing table|"
            r"sideboard",
        ),
        ("table", r"table"),
        (
            "appliance",
            r"oven|fridge|refrigerator|freezer|stove|hood|cooktop|cooker|mixer|blender|toaster|"
            r"microwave|washing machine|dryer machine|coffee (?:machine|maker|brewer)|"
            r"air conditioning|water cooler|deep fryer|sandwich maker|stone grill device|boiler|"
            r"radiator|furnace|squeezer",
        ),
        (
            "vessel",
            r"vase|bottle|cup|mug|glass|bowl|jar|pottery|creamer|teapot|milk|pot|flacon|barrel|"
            r"sugar|shaker|coffee press|kettle|oil servers|tray|h?ashtray|large pan|bucket",
        ),
        (
            "plant",
            r"plant|tree|bamboo|cactus|orchids|tulips|lily|yucca|spathiphyllum|ficus|bush|hedge|"
            r"acacia|pine|cypress|beech|maple|poplar|palm|peach blossom|flowers|bonsai",
        ),
        (
            "electronics",
            r"tv|television|laptop|tablet|camera|dvd player|speaker|radio|(?:i|head)?phones?|"
            r"stereo|printer|imac|ibook|playstation|joystick|video projector|intercom|mp3|cctv|"
            r"keyboard|smoke detector|thermometer|speech unit",
        ),
        (
            "vehicle",
            r"car|truck|van|bus|suv|bike|bicycle|motorbike|scooter|tricycle|stroller|chevrolet|"
            r"renault|peugeot|yamaha|ford|vw|biplane|rowboat|skateboard|fork lift",
        ),
        ("person", r"female|male|boy|girl|man|woman|mannequin"),
        ("animal", r"cat|dog|horse|rabbit|deer|chicken|bulldog"),
    )
]
_TAG_RULES = (("person", ("human", "people")), ("plant", ("tree",)))
_CATEGORIES = {"vehicles": "vehicle", "doors and windows": "door", "characters": "person"}
