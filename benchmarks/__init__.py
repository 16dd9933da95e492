"""Measures quality over time, the engine and growth of siren; `make bench` runs all."""

import siren_cli  # noqa: F401 - first: it limits BLAS's threads, which NumPy reads once
