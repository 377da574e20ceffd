"""How near one shape is to another: as scores of two surfaces, and as a distance at each vertex."""

from occstudio.metrics.scores import (
    Occupancy,
    SurfaceSample,
    SurfaceScores,
    chamfer_l1,
    contains_points,
    f_score,
    iou,
    normal_consistency,
    sample_surface,
    score_surfaces,
    volume_iou,
)
from occstudio.metrics.signed_distance import SurfaceDistance

__all__ = [
    "Occupancy",
    "SurfaceDistance",
    "SurfaceSample",
    "SurfaceScores",
    "chamfer_l1",
    "contains_points",
    "f_score",
    "iou",
    "normal_consistency",
    "sample_surface",
    "score_surfaces",
    "volume_iou",
]
