"""The 3-D view: what stands in it, how it is lit and looked at, and what lies over it."""
