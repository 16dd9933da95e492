"""The function of a pyramid, evaluated in NumPy alone.

`axis_weights` says what the nodes of a grid weigh along one axis, `grid_values` and `points`
make features of latents, for a grid of samples and for points in any order, `synthesis` makes
colors of features, and `function` is the whole.
"""
