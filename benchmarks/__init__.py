"""Measures siren: its quality over time, its engine, its growth; `make bench` runs all."""
