"""A fit without TensorFlow: its plan, schedule, progress and checkpoint.

Imports: the root, `system`, `pictures`, `model`, `representation`, `rendering`, `metrics`.
"""
