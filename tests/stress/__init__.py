"""Hurts siren on purpose and checks its promises; `make stress` runs all of it."""

import siren_cli  # noqa: F401 - first: it limits BLAS's threads, which NumPy reads once
