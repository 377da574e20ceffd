"""Readings of photos in session files: their codes beside the others, the rest in words."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from occstudio.errors import OccStudioError
from occstudio.exchange.session_file import Arrays
from occstudio.shapes.camera import Camera
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import PhotoReading


def reading_parts(reading: PhotoReading, item: str, latents: dict[str, Arrays]) -> dict[str, Any]:
    """The description of an item's reading; its codes are added to `latents`."""
    for number, latent in enumerate(reading.latents):
        latents[f"{item}.photo{number}"] = latent.arrays
    camera = reading.camera
    return {
        "model": reading.latent.model,
        "chances": list(reading.chances),
        "agreement": reading.agreement,
        "confidence": reading.confidence,
        "doubts": list(reading.doubts),
        "camera": None
        if camera is None
        else {
            "focal": camera.focal,
            "centre": camera.centre.tolist(),
            "rotation": camera.rotation.tolist(),
            "translation": camera.translation.tolist(),
            "size": list(camera.size),
        },
    }


def reading_of(told: object, item: str, latents: Mapping[str, Arrays]) -> PhotoReading | None:
    """The reading that was described, if it is whole."""
    if not isinstance(told, Mapping):
        return None
    said = cast(Mapping[str, Any], told)
    try:
        chances = tuple(float(chance) for chance in said["chances"])
        codes = tuple(
            Latent(latents[f"{item}.photo{number}"], str(said["model"]))
            for number in range(len(chances))
        )
        camera = said["camera"]
        if not codes:
            return None
        return PhotoReading(
            codes,
            chances,
            None
            if camera is None
            else Camera(
                float(camera["focal"]),
                np.asarray(camera["centre"], np.float64),
                np.asarray(camera["rotation"], np.float64),
                np.asarray(camera["translation"], np.float64),
                (int(camera["size"][0]), int(camera["size"][1])),
            ),
            float(said["agreement"]),
            float(said["confidence"]),
            tuple(str(doubt) for doubt in said["doubts"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, OccStudioError):
        return None
