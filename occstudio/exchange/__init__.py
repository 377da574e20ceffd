"""Files in and out: point clouds and meshes, read behind one gate and written all or nothing."""
