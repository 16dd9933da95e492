"""How a command shows what it does: the four choices of the common flags."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OutputOptions:
    """How a command shows its results and its progress.

    Attributes:
        as_json: Print one JSON object per input to stdout, instead of text.
        quiet: Print neither progress nor summaries.
        verbose: Print where the time of fits goes, and what libraries write to stderr, as
            TensorFlow does.
        color: Use colors on a terminal.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True
