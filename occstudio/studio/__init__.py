"""The application without a window: documents, edits, history, the live pipeline, workers.

No Qt, no torch, no VTK is imported here. A window, the shell or a test hands in how models are
loaded and on which thread results arrive; everything else is the same for all of them.
"""
