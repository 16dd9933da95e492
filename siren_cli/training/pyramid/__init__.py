"""The fit of a pyramid in TensorFlow: latents by Adam, networks by SOAP.

A picture is cut into tiles of one shape. What a step computes of a tile is a few functions
that XLA compiles for that shape and those networks alone, so pictures of any size use them
again; a core runs one at a time, and the cores work on tiles side by side.
"""
