"""Field -> mesh: which points to ask (lattice), triangles (contour), vertices put right."""
