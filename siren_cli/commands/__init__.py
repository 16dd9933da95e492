"""The work of each command, and its options, without the command line.

TensorFlow is slow to load, so `training` is imported inside functions alone.

Imports: the root, `system`, `hosts`, `pictures`, `model`, `representation`, `rendering`,
`exporting`, `planning`, `training`, `output`, `comparing`.
"""
