"""The function of a pyramid, evaluated in NumPy alone.

`axis_weights` says what the nodes of a grid weigh along one axis, and `synthesis` makes colors
of features. `pyramid` holds all that these need; `grid_values` evaluates it on a grid of
samples, `points` at points in any order, and `function` answers as a `PointFunction`.
"""
