"""How surfaces are painted: the choices, and what each makes of an actor.

A shading is a name in the settings. Everything here sets properties of an actor that exists;
nothing makes a new one, so a choice takes effect with the next frame.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv

from occstudio.gui.view import matcaps
from occstudio.shapes.arrays import Values
from occstudio.shapes.mesh import Mesh

SHADINGS = ("studio", "matcap", "flat", "wireframe", "normals", "colors")
"""What Z goes through; ``doubt`` (how unsure the field is) is the seventh."""

ALL_SHADINGS = (*SHADINGS, "doubt")

PAINTED = ("normals", "colors", "doubt")
"""Shadings whose colours stand at the vertices."""

COLORED = ("colors", "studio", "flat")
"""Shadings that show the colours of a mesh that has some."""

WIRE_OPACITY = 0.3
"""Of a wireframe: fine meshes would be a white mass."""

NO_COLORS = np.zeros((0, 3), np.uint8)

# The ball's picture is looked up by the normal as seen along the line of sight, so that a
# perspective view doesn't see other colours at its borders.
_MATCAP_LOOKUP = """
  vec3 sight = cameraParallel != 0 ? vec3(0.0, 0.0, -1.0) : normalize(vertexVC.xyz);
  vec3 across = normalize(vec3(-sight.z, 0.0, sight.x));
  vec2 place = vec2(dot(across, normalVCVSOutput), dot(cross(across, sight), normalVCVSOutput));
  gl_FragData[0] = vec4(texture(actortexture, 0.495 * place + 0.5).rgb, opacity);
"""
_TEXTURE_STEP = "//VTK::TCoord::Impl"


@dataclass(frozen=True, slots=True)
class Look:
    """What a surface is painted with.

    Parameters
    ----------
    shading : str
        One of `ALL_SHADINGS`.
    matcap : str
        One of `matcaps.NAMES`.
    wires : bool
        Whether the triangles' edges are drawn over the surface.
    color : str
        Of the material, as ``#rrggbb``.
    wire_color : str
        Of edges.
    ratio : float
        Pixels per logical pixel.
    """

    shading: str
    matcap: str
    wires: bool
    color: str
    wire_color: str
    ratio: float = 1.0


def dress(actor: pv.Actor, look: Look) -> None:
    """Paint an actor so; its colours at vertices are in the array ``rgb``, if it needs them."""
    prop, mapper = actor.prop, actor.mapper
    can_paint = look.shading in (*PAINTED, *COLORED)
    painted = can_paint and "rgb" in mapper.dataset.point_data
    _use_matcap(actor, look.matcap if look.shading == "matcap" else None)
    prop.SetRepresentation(1 if look.shading == "wireframe" else 2)
    prop.SetInterpolation(0 if look.shading == "flat" else 2)
    prop.color = look.wire_color if look.shading == "wireframe" else look.color
    prop.line_width = look.ratio
    lit = look.shading not in ("normals", "wireframe")
    prop.ambient, prop.diffuse = (0.20, 0.86) if lit else (1.0, 0.0)
    prop.specular, prop.specular_power = (0.05 if lit else 0.0), 12
    if look.shading == "flat":
        prop.specular = 0.0
    if look.shading == "doubt" and lit:
        prop.ambient, prop.diffuse, prop.specular = 0.45, 0.62, 0.0
    prop.SetEdgeVisibility(look.wires and look.shading != "wireframe")
    prop.SetEdgeColor(*pv.Color(look.wire_color).float_rgb)
    prop.SetEdgeOpacity(0.35)
    prop.opacity = WIRE_OPACITY if look.shading == "wireframe" else 1.0
    mapper.scalar_visibility = painted
    if painted:
        mapper.SetScalarModeToUsePointFieldData()
        mapper.SelectColorArray("rgb")
        mapper.SetColorModeToDirectScalars()


def vertex_colors(
    mesh: Mesh, shading: str, color: str = "", openness: Values | None = None
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Colours ``(V, 3)`` that a shading draws at vertices; empty if the mesh has none for it.

    Parameters
    ----------
    mesh : Mesh
        What is painted.
    shading : str
        One of `ALL_SHADINGS`.
    color : str
        Of the material, as ``#rrggbb``.
    openness : (V,) float32, optional
        The part of the light from around that reaches each vertex; the studio's light shows it.
    """
    if shading == "normals" and mesh.normals is not None:
        return np.round(127.5 * (mesh.normals + 1)).astype(np.uint8)
    if shading == "studio" and openness is not None and color:
        own = np.array(pv.Color(color).int_rgb, np.float32) if mesh.colors is None else mesh.colors
        return np.round(own * openness[:, None]).astype(np.uint8)
    if shading in COLORED and mesh.colors is not None:
        return mesh.colors
    return NO_COLORS


def _use_matcap(actor: pv.Actor, name: str | None) -> None:
    shader = actor.GetShaderProperty()
    shader.ClearAllFragmentShaderReplacements()
    if name is None:
        actor.SetTexture(None)  # type: ignore[arg-type]
        return
    shader.AddFragmentShaderReplacement(_TEXTURE_STEP, True, _MATCAP_LOOKUP, True)
    texture = pv.Texture(matcaps.picture(name))
    texture.InterpolateOn()
    actor.SetTexture(texture)
