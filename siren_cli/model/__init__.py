"""The parts of the function in NumPy: grid, activations, encodings, layers.

Imports: the root.
"""
