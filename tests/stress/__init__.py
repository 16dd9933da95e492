"""Hurts siren on purpose and checks its promises; `make stress` runs all of it."""
