"""Picture files to pixels, and pixels to picture files.

`reading` and `writing` have a module for each format and know nothing of each other; `colors`
has the color spaces. No other room imports the packages that decode and encode pictures.

Imports: the root, `system`.
"""
