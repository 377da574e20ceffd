"""Mesh folders become training sets: occupancy of any triangle soup, surface samples, splits."""
