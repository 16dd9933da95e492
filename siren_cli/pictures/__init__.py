"""Picture files to pixels, and pixels to picture files."""
