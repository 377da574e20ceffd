"""What the status line says of the selected shape: counts, timings, device."""

from occstudio.studio.pipeline import Quality
from occstudio.studio.process_memory import resident_bytes
from occstudio.studio.studio import Studio

_STAGES = {
    "load": "model",
    "input": "input",
    "encode": "encode",
    "decode": "decode",
    "contour": "contour",
    "refine": "refine",
    "normals": "normals",
    "finish": "finish",
    "measure": "measure",
}


def status_facts(studio: Studio) -> tuple[str, str]:
    """A short line, and every stage's time for the tooltip; both empty without a surface."""
    item = studio.document.current
    result = studio.result_of(item) if item is not None else None
    if result is None:
        return "", ""
    spent = {name: value for name, value in result.seconds.items() if value >= 0.0005}
    parts = [f"{len(result.mesh.faces):,} triangles".replace(",", "\u2009")]
    is_preview = result.quality is Quality.PREVIEW
    parts.append(f"{'preview ' if is_preview else ''}{result.resolution}³")
    parts.append(_duration(sum(spent.values())))
    parts.append(result.device)
    memory = resident_bytes()
    if memory is not None:
        parts.append(f"{memory / 1e9:.1f} GB")
    lines = [f"{_STAGES.get(name, name)}: {_duration(value)}" for name, value in spent.items()]
    lines += [f"{result.evaluations:,} points asked", f"{len(result.mesh.vertices):,} vertices"]
    if memory is not None:
        lines.append(f"{memory / 1e9:.2f} GB of memory in use by OccStudio")
    tip = "\n".join(lines)
    return "  ·  ".join(parts), tip


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
