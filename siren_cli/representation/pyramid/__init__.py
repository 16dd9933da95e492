"""How a file holds a pyramid: its latents and its networks as streams of bytes, and back.

`tables` has the probabilities, `integer_context` predicts latents in arithmetic that is equal
on every machine, and `rans` turns numbers of known probability into bytes. `tile_streams` and
`network_stream` put these together, and `stored_pyramid` decodes tiles when they are needed.
"""
