"""Codes: fitted to what was observed, for networks that have no encoder."""
