"""The fit itself. Nobody else imports TensorFlow.

Imports: `planning`, `rendering` and the rooms below them.
"""
