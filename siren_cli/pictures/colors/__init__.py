"""Color spaces: how they are named, and how their values relate to light."""
