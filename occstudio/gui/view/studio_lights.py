"""The lights: a warm key from the upper left, a cool fill, a rim, the floor's glow.

They are fixed to the eye, so a shape that is turned is always well lit. Crevices are darkened by
what `occstudio.finishing.openness` found out once for the surface: computed for each frame, on the
screen, it takes longer than everything else where OpenGL is software.
"""

import pyvista as pv

_LIGHTS = (
    ((-0.55, 0.75, 0.9), "#fff6ec", 0.70),
    ((1.0, 0.25, 0.5), "#dde8ff", 0.30),
    ((0.3, 0.9, -0.9), "#ffffff", 0.30),
    ((0.15, -1.0, 0.35), "#ffe9d2", 0.20),
)


def light_studio(renderer: pv.Renderer) -> None:
    """Put the lights up, in place of any that are there."""
    renderer.remove_all_lights()
    for position, color, intensity in _LIGHTS:
        light = pv.Light(light_type="camera light", intensity=intensity, color=color)
        light.position = position
        light.focal_point = (0.0, 0.0, 0.0)
        renderer.add_light(light)
