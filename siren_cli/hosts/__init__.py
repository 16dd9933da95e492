"""Several hosts that fit one picture: the list of them.

Imports: the root.
"""
