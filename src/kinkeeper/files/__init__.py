"""Documents and photos as bytes: checked, re-encoded, encrypted at rest, opened only through a guarded row above.

Not here: what a document means and who may read it; the row that points to a file decides that (e.g. `people`).
"""
