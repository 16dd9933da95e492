"""A picture as whole numbers on grids of several spacings, and one small network.

The numbers of a grid, its latents, weigh cubic B-splines. Values and slopes of all grids at a
point are the features from which a sine network makes the point's color; a second network
predicts each latent from those that are known already, so that it takes few bits.

`splines` interpolates, `shape` says what grids and tiles a picture has, and `networks` which
matrices the two networks are.
"""
