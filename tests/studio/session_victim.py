"""A program that edits, saves and autosaves without end, until somebody kills it.

After each step it says what is safe by now; whatever the moment of its death, that much must be
found again. Run as ``python session_victim.py FOLDER``.
"""

import sys
from pathlib import Path

import numpy as np

from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.studio import Studio


def main(folder: Path) -> None:
    studio = Studio(lambda name, device: AnalyticModel(), list)
    points = np.random.default_rng(0).normal(size=(50_000, 3))
    cloud = PointCloud.of(points, name="victim")
    studio.apply(edits.add_items((ShapeItem(1, "step 0", Source.of(cloud), cloud.frame, ""),)))
    step = 0
    while True:
        step += 1
        studio.apply(edits.rename(1, f"step {step}"))
        studio.session.autosave()
        print(f"autosaved {step}", flush=True)
        if step % 3 == 0:
            studio.session.save(folder / "session.occ")
            print(f"saved {step}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
