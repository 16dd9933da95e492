"""A figure of how fits learn."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from siren_cli.comparing.candidates import CurvePoint
from siren_cli.comparing.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Width of `curves_figure`, in inches.
CURVES_WIDTH_INCHES = 9.0
# Height of `curves_figure`, in inches.
CURVES_HEIGHT_INCHES = 4.2
# Colors of lines that the color-blind can tell apart (Okabe and Ito 2008).
LINE_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
# Styles of lines: when all colors are used, the next lines have the next style.
LINE_STYLES = ("-", "--", ":")


def curves_figure(curves: Mapping[str, Sequence[CurvePoint]]) -> "Figure":
    """Return how good fits become, over their steps and over their seconds.

    Args:
        curves: The curve of each fit, by its name.
    """
    figure = new_figure(CURVES_WIDTH_INCHES, CURVES_HEIGHT_INCHES, "constrained")
    by_step, by_second = figure.subplots(1, 2, sharey=True)
    for number, (name, curve) in enumerate(curves.items()):
        color = LINE_COLORS[number % len(LINE_COLORS)]
        style = LINE_STYLES[number // len(LINE_COLORS) % len(LINE_STYLES)]
        psnr = [point.psnr for point in curve]
        steps = [point.step for point in curve]
        seconds = [point.seconds for point in curve]
        by_step.plot(steps, psnr, style, color=color, label=name)
        by_second.plot(seconds, psnr, style, color=color, label=name)
    by_step.set(xlabel="steps", ylabel="PSNR by the loss of the last steps, dB")
    by_second.set(xlabel="seconds of training")
    for axes in (by_step, by_second):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *by_step.get_legend_handles_labels(), loc="outside right center", frameon=False
    )
    return figure
