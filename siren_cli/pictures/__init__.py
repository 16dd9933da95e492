"""Picture files to pixels, and pixels to picture files.

No other room imports Pillow, tifffile or imagecodecs.

Imports: the root, `system`.
"""
