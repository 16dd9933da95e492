"""The function evaluated: values, derivatives, and drawings of any size.

Imports: `representation` and the rooms below it.
"""
