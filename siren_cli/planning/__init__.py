"""A fit without TensorFlow: its plan, schedule, progress and checkpoint.

Imports: the root, `system`, `hosts`, `pictures`, `model`, `representation`, `rendering`,
`metrics`.
"""
