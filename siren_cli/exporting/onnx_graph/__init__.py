"""The function of a picture as one ONNX graph.

`model` makes the file. The others write the function by the operators of ONNX: `tracing` turns
arithmetic into nodes, `sorting` brings the points of a cell together, `cell_loop` goes from
cell to cell, `weights` has the numbers of a cell's network, `jets` computes it, `blending`
weights it, and `units` says what the sum means.
"""
