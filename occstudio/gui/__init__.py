"""The window: the only package that imports Qt and the 3-D view."""
