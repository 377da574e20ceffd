"""What the status line says of the selected shape: counts, timings, device."""

from occstudio.gui.panels.photo_part import sureness, verdict_of
from occstudio.gui.panels.units import STAGES, duration
from occstudio.gui.translation import tr, with_thin_spaces
from occstudio.studio.pipeline import Quality
from occstudio.studio.process_memory import resident_bytes
from occstudio.studio.studio import Studio


def status_facts(studio: Studio, *, is_simplified: bool = False) -> tuple[str, str]:
    """A short line, and every stage's time for the tooltip; both empty without a surface.

    Parameters
    ----------
    studio : Studio
        Whose selected shape it is about.
    is_simplified : bool
        Whether the view draws a coarser surface in the place of a dense one.
    """
    item = studio.document.current
    result = studio.result_of(item) if item is not None else None
    if result is None:
        return "", ""
    spent = {name: value for name, value in result.seconds.items() if value >= 0.0005}
    parts = [with_thin_spaces(tr("{count:,} triangles", count=len(result.mesh.faces)))]
    if is_simplified and result.stand_in is not None:
        parts.append(tr("drawn simplified"))
    is_preview = result.quality is Quality.PREVIEW
    parts.append(
        tr("preview {resolution}³", resolution=result.resolution)
        if is_preview
        else f"{result.resolution}³"
    )
    if result.reading is not None:
        parts.append(sureness(result.reading))
    parts.append(duration(sum(spent.values())))
    parts.append(result.device)
    memory = resident_bytes()
    if memory is not None:
        parts.append(tr("{memory:.1f} GB", memory=memory / 1e9))
    lines = [f"{tr(STAGES.get(name, name))}: {duration(value)}" for name, value in spent.items()]
    lines += [
        tr("{evaluations:,} points asked", evaluations=result.evaluations),
        tr("{count:,} vertices", count=len(result.mesh.vertices)),
    ]
    if is_simplified and result.stand_in is not None:
        lines.append(
            tr(
                "{count:,} triangles are drawn, since OpenGL is computed by the processor here; "
                "files, measures and pictures have all (Preferences, Draw every triangle)",
                count=len(result.stand_in.mesh.faces),
            )
        )
    if result.reading is not None:
        verdict = verdict_of(result.reading)
        lines.append(tr("{sure}: {verdict}", sure=sureness(result.reading), verdict=verdict))
    if memory is not None:
        lines.append(tr("{memory:.2f} GB of memory in use by OccStudio", memory=memory / 1e9))
    tip = "\n".join(lines)
    return "  ·  ".join(parts), tip
