"""Candidates compared with an original picture: files, fits, codecs, figures, a page.

No other room imports Matplotlib. TensorFlow is slow to load, so `training` is imported
inside functions alone.

Imports: the root, `system`, `pictures`, `model`, `representation`, `rendering`, `metrics`,
`planning`, `training`, `output`.
"""
