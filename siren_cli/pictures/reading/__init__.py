"""Picture files to pixels, whole and exact, or refused with a sentence."""
