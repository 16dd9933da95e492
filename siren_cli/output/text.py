"""Results as people read them: a line, a few lines, a table."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siren_cli.planning.progress import Progress

SETTINGS_WIDTH = 76


def fit_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a fit."""
    if result.get("skipped"):
        return f"{result['input']}: skipped, {result['output']} is there"
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{size(result['bytes'])} ({result['bpp']:.2f} bpp)  {psnr_text(result['psnr_db'])}"
        f"{_missed_text(result)}  {_counted(result['epochs'], 'epoch')}  "
        f"{result['fit_seconds']:.1f} s"
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _missed_text(result: Mapping[str, Any]) -> str:
    return f", not {result['target_psnr_db']:g} dB" if result["missed"] else ""


def batch_line(results: Sequence[Mapping[str, Any]], failed: int, seconds: float) -> str:
    """Return the one line that sums up the fits of several pictures."""
    skipped = sum("skipped" in result for result in results)
    counts = {"fitted": len(results) - skipped, "skipped": skipped, "failed": failed}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{len(results) + failed} pictures in {duration(seconds)}: {said or 'none'}"


def render_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a render."""
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{_bytes_text(result['bytes'])}{result['seconds']:.2f} s"
    )


def zoom_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a figure of a region."""
    x, y, width, height = result["region"]
    return (
        f"{result['input']} -> {result['output']}  {width:g}x{height:g} at {x:g},{y:g}  "
        f"{result['seconds']:.2f} s"
    )


def _bytes_text(count: int | None) -> str:
    return "" if count is None else f"{size(count)}  "


def plan_line(plan: Mapping[str, Any]) -> str:
    """Return the one line that says what a fit would do."""
    return (
        f"{plan['input']} -> {plan['output']}  {plan['width']}x{plan['height']}  "
        f"{plan['rows']}x{plan['columns']} cells, {plan['parameters']} parameters  "
        f"about {size(plan['bytes'])} ({plan['bpp']:.2f} bpp)  {_expected_text(plan)}"
        f"{size(plan['memory_bytes'])} of memory"
    )


def _expected_text(plan: Mapping[str, Any]) -> str:
    # With a budget of time or quality, that is what it will take.
    if plan["fit_seconds"] is None:
        return ""
    return f"{_counted(plan['epochs'], 'epoch')} in {duration(plan['fit_seconds'])}, "


def info_lines(info: Mapping[str, Any]) -> list[str]:
    """Return what is in a .siren file, a fact a line."""
    layers = " -> ".join(str(width) for width in info["layers"])
    rows, columns = _counted(info["rows"], "row"), _counted(info["columns"], "column")
    made_by = list(_settings_lines(info["settings"])) or ["unknown"]
    facts = {
        "picture": f"{info['width']}x{info['height']} {info['color']}, {info['bit_depth']} bit"
        + (f", color profile of {size(info['icc_bytes'])}" if info["icc_bytes"] else ""),
        "quality": psnr_text(info["psnr_db"]),
        "size": f"{size(info['bytes'])} ({info['bpp']:.2f} bits per pixel), {info['dtype']}",
        "mosaic": f"{rows} x {columns} of cells",
        "network": f"{layers}, {info['activation']}, {info['parameters']} parameters in all",
        "fit": f"{_counted(info['epochs'], 'epoch')} by siren {info['tool']}",
        "settings": made_by[0],
    }
    lines = [f"  {name:<9} {fact}" for name, fact in facts.items()]
    lines += [f"  {'':<9} {line}" for line in made_by[1:]]
    if info.get("verified"):
        lines.append("  verified  every weight is as it was written, by its SHA-256")
    return [f"{info['input']}", *lines]


def _settings_lines(settings: Mapping[str, Any]) -> Iterator[str]:
    # As `--set` takes them. They are free-form: what is no table is shown, too.
    for name, table in settings.items():
        made = _word(table)
        if isinstance(table, dict):
            made = ", ".join(f"{_word(key)}={_word(value)}" for key, value in table.items())
        yield from textwrap.wrap(
            f"{_word(name)}: {made}",
            SETTINGS_WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _word(value: Any) -> str:
    # JSON's escapes, for any file may hold anything, but not its quotes.
    return json.dumps(value)[1:-1] if isinstance(value, str) else json.dumps(value)


def query_lines(point: Mapping[str, Any], color: str) -> list[str]:
    """Return what a picture is at a point, a fact a line."""
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
    """Return what a picture is at several points: heads, then a row for each."""
    heads = ["x", "y", *color]
    if points and "gradient" in points[0]:
        ways = ("d{}/dx", "d{}/dy", "lap({})")
        heads += [way.format(name) for way in ways for name in color]
    table = [[*heads, "color"]]
    for point in points:
        numbers = [point["x"], point["y"], *point["values"]]
        if "gradient" in point:
            gradient = point["gradient"]
            numbers += [*gradient["x"], *gradient["y"], *point["laplacian"]]
        table.append([*(f"{number:.7g}" for number in numbers), point["hex"]])
    return table


def _numbers_text(numbers: Sequence[float]) -> str:
    return "  ".join(f"{number:9.6f}" for number in numbers)


def doctor_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what an installation can do, a fact a line."""
    memory = found["memory_bytes"]
    machine = f"{found['system']}, {_counted(found['cores'], 'core')}"
    extras = [f"{name} {'yes' if there else 'no'}" for name, there in found["extras"].items()]
    packages = [f"{name} {version}" for name, version in found["packages"].items()]
    variables = [f"{name}={value}" for name, value in found["environment"].items()]
    facts = {
        "siren": f"{found['siren']}, Python {found['python']}",
        "machine": machine + (f", {size(memory)} of memory" if memory else ""),
        "packages": ", ".join(packages),
        "products": found["blas"],
        "reads": ", ".join(found["reads"]),
        "extras": ", ".join(extras),
        "presets": f"{', '.join(found['presets'])}, from {found['presets_from']}",
        "variables": ", ".join(variables) or "none",
        "devices": "not asked for" if found["devices"] is None else ", ".join(found["devices"]),
    }
    return [f"{name:<10} {fact}" for name, fact in facts.items()]


def size(count: int) -> str:
    """Return a number of bytes as people read it, in decimal units."""
    if count < 1000:  # noqa: PLR2004 - B below kB
        return f"{count} B"
    if count < 1e9:  # noqa: PLR2004
        return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004
    return f"{count / 1e9:.1f} GB"


def psnr_text(psnr: float | None) -> str:
    """Return a PSNR as people read it."""
    return "identical" if psnr is None else f"{psnr:.2f} dB"


def progress_text(progress: "Progress") -> str:
    """Return how far a fit is."""
    text = f"epoch {progress.epoch:.0f}/{progress.epochs}  ~{progress.psnr:.1f} dB"
    if progress.seconds_left is None:
        return text
    # The least wanted is last: a narrow terminal cuts it off.
    speed = f"{progress.pixels_per_second / 1e6:.2f} Mpx/s"
    return f"{text}  {duration(progress.seconds_left)} left  {speed}"


def drawing_text(done: int, whole: int, seconds: float) -> str:
    """Return how far a drawing is, from its pixels and the seconds they took."""
    left = seconds * (whole - done) / done
    speed = f"{done / seconds / 1e6:.2f} Mpx/s"
    return f"{done / 1e6:.0f}/{whole / 1e6:.0f} Mpx  {duration(left)} left  {speed}"


def duration(seconds: float) -> str:
    """Return a time as people read it."""
    if seconds < 100.0:  # noqa: PLR2004 - two digits are enough
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000.0 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004
