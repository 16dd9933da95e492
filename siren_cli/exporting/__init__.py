"""The function of a picture in files for other programs.

`kinds` has a row for each kind of file. A kind knows what it cannot hold before any work.

Imports: the root, `system`, `pictures`, `model`, `representation`, `rendering`.
"""
