"""Picture files to pixels, and pixels to picture files.

Nobody else opens Pillow, tifffile or imagecodecs. Imports: `system` and the root.
"""
