"""Panels: functions of the document. They hold no state and never talk to each other."""
