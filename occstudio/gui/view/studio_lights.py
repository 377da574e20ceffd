"""The lights: a warm key from the upper left, a cool fill, a rim, the floor's glow.

They are fixed to the eye, so a shape that is turned is always well lit. Where OpenGL is hardware,
crevices are darkened as well (screen-space ambient occlusion); computed on the CPU that would
take longer than everything else, and the contact shadow has to do.
"""

import pyvista as pv

_LIGHTS = (
    ((-0.55, 0.75, 0.9), "#fff6ec", 0.70),
    ((1.0, 0.25, 0.5), "#dde8ff", 0.30),
    ((0.3, 0.9, -0.9), "#ffffff", 0.30),
    ((0.15, -1.0, 0.35), "#ffe9d2", 0.20),
)

OCCLUSION_RADIUS = 0.12
"""Reach of ambient occlusion, in model units."""


def light_studio(renderer: pv.Renderer) -> None:
    """Put the lights up, in place of any that are there."""
    renderer.remove_all_lights()
    for position, color, intensity in _LIGHTS:
        light = pv.Light(light_type="camera light", intensity=intensity, color=color)
        light.position = position
        light.focal_point = (0.0, 0.0, 0.0)
        renderer.add_light(light)


def use_occlusion(renderer: pv.Renderer, wanted: bool, *, is_software: bool) -> None:
    """Darken crevices, or not; never where pictures are computed on the CPU."""
    if is_software:
        return
    if wanted:
        renderer.enable_ssao(radius=OCCLUSION_RADIUS, kernel_size=64, blur=True)
    else:
        renderer.disable_ssao()
