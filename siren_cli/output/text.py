"""Results as people read them: one line, several lines, or a table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siren_cli.system.files import bytes_text

if TYPE_CHECKING:
    from siren_cli.planning.progress import Progress


def fit_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a fit."""
    if result.get("skipped"):
        return f"{result['input']}: skipped, {result['output']} is there"
    wanted = "" if result["quality"] is None else f"quality {result['quality']:g}  "
    goal = result["target_psnr_db"] if result["missed"] else None
    missed = "" if goal is None else f", not {goal:g} dB"
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{bytes_text(result['bytes'])} ({result['bpp']:.2f} bpp)  "
        f"{quality_text(result)}{_lesson_text(result)}{missed}  {wanted}"
        f"{counted(result['epochs'], 'epoch')}  "
        f"{result['fit_seconds']:.1f} s, in all {result['seconds']:.1f} s"
    )


def blend_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a blend."""
    return (
        f"{result['input']} + {result['foreground']} -> {result['output']}  "
        f"{result['width']}x{result['height']}  "
        f"{bytes_text(result['bytes'])} ({result['bpp']:.2f} bpp)  "
        f"{psnr_text(result['psnr_outside_db'])} outside, "
        f"{psnr_text(result['gradient_psnr_db'])} of gradients inside  "
        f"{counted(result['epochs'], 'epoch')}  "
        f"{result['fit_seconds']:.1f} s, in all {result['seconds']:.1f} s"
    )


def quality_text(result: Mapping[str, Any]) -> str:
    """Return the PSNR of a fit, and that of light as 8 bits show it."""
    tone_mapped = result["tone_mapped_psnr_db"]
    shown = f" ({tone_mapped:.2f} dB tone-mapped)" if tone_mapped is not None else ""
    return f"{psnr_text(result['psnr_db'])}{shown}"


def _lesson_text(result: Mapping[str, Any]) -> str:
    """Return how close a fit is to the derivatives that it was taught, and in holes."""
    words = {
        "gradient_psnr_db": "gradient {:.2f} dB",
        "laplacian_psnr_db": "Laplacian {:.2f} dB",
        "psnr_inside_db": "{:.2f} dB in the holes",
        "psnr_outside_db": "{:.2f} dB outside",
    }
    known = {key: result[key] for key in words if result[key] is not None}
    shown = ", ".join(words[key].format(psnr) for key, psnr in known.items())
    return f" ({shown})" if shown else ""


def counted(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def batch_line(results: Sequence[Mapping[str, Any]], failed: int, seconds: float) -> str:
    """Return the one line that sums up the fits of several pictures."""
    skipped = sum("skipped" in result for result in results)
    counts = {"fitted": len(results) - skipped, "skipped": skipped, "failed": failed}
    parts = [f"{count} {outcome}" for outcome, count in counts.items() if count]
    outcomes = ", ".join(parts) or "none"
    return f"{len(results) + failed} pictures in {duration(seconds)}: {outcomes}"


def render_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a render."""
    written = "" if result["bytes"] is None else f"{bytes_text(result['bytes'])}  "
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{written}{result['seconds']:.2f} s"
    )


def zoom_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a figure of a region."""
    x, y, width, height = result["region"]
    return (
        f"{result['input']} -> {result['output']}  {width:g}x{height:g} at {x:g},{y:g}  "
        f"{result['seconds']:.2f} s"
    )


def plan_line(plan: Mapping[str, Any]) -> str:
    """Return the one line that says what a fit would do."""
    expected, part = "", f"part {plan['part']}, " if "part" in plan else ""
    # A limit of time or a target of quality would decide by itself how long the fit takes.
    if plan["fit_seconds"] is not None:
        epochs = counted(plan["epochs"], "epoch")
        expected = f"{epochs} in {duration(plan['fit_seconds'])}, "
    return (
        f"{plan['input']} -> {plan['output']}  {plan['width']}x{plan['height']}  "
        f"{part}{_parts_text(plan)}, {plan['parameters']} parameters  "
        f"{_expected_size_text(plan)}{expected}"
        f"{bytes_text(plan['memory_bytes'])} of memory"
    )


def _parts_text(plan: Mapping[str, Any]) -> str:
    """Return what a fit would be made of."""
    if plan["tiles"]:
        rows, columns = plan["tiles"]
        quality = plan["quality"]
        wanted = "" if quality is None else f" of quality {quality:g}"
        return f"pyramid of {rows}x{columns} tiles{wanted}"
    return f"{plan['rows']}x{plan['columns']} cells{_widths_text(plan['classes'])}"


def _expected_size_text(plan: Mapping[str, Any]) -> str:
    """Return the size that a file would have about, if that is known."""
    if plan["bytes"] is None:
        return ""
    return f"about {bytes_text(plan['bytes'])} ({plan['bpp']:.2f} bpp)  "


def _widths_text(classes: Sequence[Mapping[str, Any]]) -> str:
    """Return the least and the largest width of networks."""
    widths = [each["layers"][1] for each in classes]
    span = f"{min(widths)} to {max(widths)}" if len(widths) > 1 else f"{widths[0]}"
    return f" of {span} features"


def query_lines(point: Mapping[str, Any], color: str) -> list[str]:
    """Return the facts of a picture at one point, one on a line."""
    place = "  ".join(f"{axis} {point[axis]:g}" for axis in "xy")
    normalized = "  ".join(f"{axis} {point['normalized'][axis]:.6f}" for axis in "xy")
    facts = {"pixels": place, "normalized": normalized, "color": point["hex"]}
    facts[f"values {color}"] = _numbers_text(point["values"])
    if "gradient" in point:
        facts["along x"] = _numbers_text(point["gradient"]["x"]) + "  a pixel"
        facts["along y"] = _numbers_text(point["gradient"]["y"]) + "  a pixel"
        facts["laplacian"] = _numbers_text(point["laplacian"]) + "  a square pixel"
    return [f"{name:<11}  {fact}" for name, fact in facts.items()]


def query_table(points: Sequence[Mapping[str, Any]], color: str) -> list[list[str]]:
    """Return the facts of a picture at several points: headings, then a row for each."""
    headings = ["x", "y", *color]
    if points and "gradient" in points[0]:
        derivatives = ("d{}/dx", "d{}/dy", "lap({})")
        headings += [each.format(channel) for each in derivatives for channel in color]
    table = [[*headings, "color"]]
    for point in points:
        numbers = [point["x"], point["y"], *point["values"]]
        if "gradient" in point:
            gradient = point["gradient"]
            numbers += [*gradient["x"], *gradient["y"], *point["laplacian"]]
        table.append([*(f"{number:.7g}" for number in numbers), point["hex"]])
    return table


def _numbers_text(numbers: Sequence[float]) -> str:
    return "  ".join(f"{number:9.6f}" for number in numbers)


def doctor_lines(report: Mapping[str, Any]) -> list[str]:
    """Return the facts of an installation, one on a line."""
    memory, devices = report["memory_bytes"], report["devices"]
    machine = f"{report['system']}, {counted(report['cores'], 'core')}"
    extras = [
        f"{name} {'yes' if installed else 'no'}" for name, installed in report["extras"].items()
    ]
    packages = [f"{name} {version}" for name, version in report["packages"].items()]
    variables = [f"{name}={value}" for name, value in report["environment"].items()]
    facts = {
        "siren": f"{report['siren']}, Python {report['python']}",
        "machine": machine + (f", {bytes_text(memory)} of memory" if memory else ""),
        "packages": ", ".join(packages),
        "products": report["blas"],
        "reads": ", ".join(report["reads"]),
        "extras": ", ".join(extras),
        "presets": f"{', '.join(report['presets'])}, from {report['presets_from']}",
        "variables": ", ".join(variables) or "none",
        "devices": "not asked for" if devices is None else ", ".join(devices),
    }
    return [f"{name:<10} {fact}" for name, fact in facts.items()]


def psnr_text(psnr: float | None) -> str:
    """Return a PSNR in dB as people read it; None is that of identical pictures."""
    return "identical" if psnr is None else f"{psnr:.2f} dB"


def progress_text(progress: "Progress") -> str:
    """Return the progress of a fit as people read it."""
    text = f"epoch {progress.epoch:.0f}/{progress.epochs}  ~{progress.psnr:.1f} dB"
    if progress.seconds_left is None:
        return text
    # A narrow terminal cuts off the end, so the least important number is last.
    speed = f"{progress.pixels_per_second / 1e6:.2f} Mpx/s"
    return f"{text}  {duration(progress.seconds_left)} left  {speed}"


def drawing_text(done: int, whole: int, seconds: float) -> str:
    """Return the progress of a drawing as people read it.

    Args:
        done: Pixels that are drawn.
        whole: Pixels of the drawing.
        seconds: Seconds that the drawn pixels took, above 0.
    """
    seconds_left = seconds * (whole - done) / done
    speed = f"{done / seconds / 1e6:.2f} Mpx/s"
    return f"{done / 1e6:.0f}/{whole / 1e6:.0f} Mpx  {duration(seconds_left)} left  {speed}"


def duration(seconds: float) -> str:
    """Return a number of seconds as people read it."""
    if seconds < 100.0:  # noqa: PLR2004 - two digits are enough
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000.0 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004
