"""The function evaluated: values, derivatives, and drawings of any size.

Imports: the root, `system`, `pictures`, `model`, `representation`.
"""
