"""Helpers that several tests share: commands, picture files, representations, small fits."""
