"""Measures siren: its quality over time, its engine, its growth; `make bench` runs all."""

import siren_cli  # noqa: F401 - first: it limits BLAS's threads, which NumPy reads once
