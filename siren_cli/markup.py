"""Text of people and of files as HTML."""

import html


def escaped(text: str) -> str:
    """Return text as HTML; characters that cannot be printed become U+FFFD."""
    return html.escape("".join(c if c.isprintable() else "\ufffd" for c in text))
