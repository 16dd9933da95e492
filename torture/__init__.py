"""Hurts siren on purpose, and checks what it promises then; `make torture` runs all."""

import siren_cli  # noqa: F401 - first: it limits BLAS's threads, which NumPy reads once
