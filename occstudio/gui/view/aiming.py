"""A camera of VTK's is put where one looks from."""

import pyvista as pv

from occstudio.gui.view.orbit_camera import VIEW_ANGLE, OrbitCamera
from occstudio.gui.view.through import Through


def aim(camera: pv.Camera, orbit: OrbitCamera) -> None:
    """Look as on a turntable."""
    camera.SetPosition(*orbit.eye)
    camera.SetFocalPoint(*orbit.target)
    camera.SetViewUp(*orbit.up)
    camera.SetViewAngle(VIEW_ANGLE)
    camera.SetParallelProjection(orbit.is_parallel)
    camera.SetParallelScale(orbit.height / 2)
    near = -20.0 if orbit.is_parallel else 0.01 * orbit.distance
    camera.SetWindowCenter(0, 0)
    camera.SetClippingRange(near, orbit.distance + 20)


def aim_through(camera: pv.Camera, through: Through, aspect: float) -> None:
    """Look through a photo's camera, at a picture of this width over its height."""
    camera.SetPosition(*through.eye)
    camera.SetFocalPoint(*(through.eye + through.distance * through.forward))
    camera.SetViewUp(*through.up)
    camera.SetParallelProjection(False)
    camera.SetViewAngle(through.angle(aspect))
    camera.SetWindowCenter(*through.window(aspect))
    camera.SetClippingRange(0.01 * through.distance, through.distance + 20)
