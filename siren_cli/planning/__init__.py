"""A fit without TensorFlow: its plan, schedule, progress and checkpoint.

Imports: `metrics`, `representation` and the rooms below them.
"""
