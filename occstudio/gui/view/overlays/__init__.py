"""What lies over the 3-D view and is drawn by Qt: gizmo, scale bar, legends, handles, bars."""
