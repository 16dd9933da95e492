"""Pixels to picture files, part by part where the format allows it."""
