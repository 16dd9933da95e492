"""Turn any picture into a small neural network, and back at any size.

    import siren_cli as siren

    picture = siren.load("photo.siren")
    picture.render(width=1024)
    picture(120.5, 80.25)
    fitted = siren.fit("photo.png", preset="fast")
    fitted.save("photo.siren")

Nothing heavy is loaded until it is needed: NumPy by `load`, and TensorFlow by `fit`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siren_cli.errors import SirenError

if TYPE_CHECKING:
    from siren_cli.config import Config
    from siren_cli.planning.masked_picture import MaskedPicture
    from siren_cli.planning.progress import Progress
    from siren_cli.rendering.function import PictureFunction

__all__ = ["PictureFunction", "SirenError", "fit", "load"]


def load(path: str | Path) -> "PictureFunction":
    """Read a .siren file; TensorFlow is not needed.

    Raises:
        RepresentationError: The file is missing, damaged, foreign, or needs a newer
            siren.
        ResourceError: It does not fit into memory.
    """
    from siren_cli.rendering.function import PictureFunction
    from siren_cli.representation import siren_file

    return PictureFunction(siren_file.load(Path(path)))


def fit(  # noqa: PLR0913 - each may be left out
    picture: Any,
    preset: str = "balanced",
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    epochs: int | None = None,
    seconds: float | None = None,
    target_psnr: float | None = None,
    target_bytes: int | None = None,
    quality: float | None = None,
    mask: Any = None,
    devices: str = "auto",
    replicas: int | None = None,
    on_progress: "Callable[[Progress], object] | None" = None,
) -> "PictureFunction":
    """Fit a network to a picture; nothing is written before the result is saved.

    Args:
        picture: The path of a picture file; or an array of shape (H, W) or (H, W, C),
            of uint8, uint16, or floats in [0, 1].
        preset: `fast`, `balanced`, `detailed`, `paper` or `compact`.
        settings: Values that replace those of the preset, by table and key, such as
            `{"network": {"hidden_features": 48}, "fit": {"seed": 1}}`.
        epochs: Number of epochs, or with one of the next two the most of them.
        seconds: Time to plan for; it counts from this call.
        target_psnr: Goal in dB; whether it was reached is in the result's `psnr`.
        target_bytes: Most bytes of the file, which the widths of the networks follow, or
            with the preset compact what its bits are worth.
        quality: Of the preset compact, from 0, the smallest file, to 100; instead of a
            target.
        mask: The pixels that are learned: the path of a picture that is white there, or an
            array of shape (H, W), of truth values or as of a picture; None is all.
        devices: `auto`, `cpu`, `gpu` or a list such as `gpu:0,1`.
        replicas: Devices that train a share of the cells each; None takes all that `devices`
            names. Their number changes the result of the presets paper and compact alone.
        on_progress: Called with the progress a few times a second.

    Raises:
        SirenError: An argument makes no sense, the picture cannot be read, a device or
            memory is not there, or the fit diverges.
    """
    import time

    started = time.monotonic()
    from siren_cli.lesson_settings import check_lesson, for_lesson
    from siren_cli.planning.limits import Limits
    from siren_cli.planning.masked_picture import judged
    from siren_cli.planning.planned import plan_of
    from siren_cli.planning.pyramid.deciding import check_one_decides, with_quality
    from siren_cli.planning.work import unkept
    from siren_cli.presets import load_preset
    from siren_cli.rendering.function import PictureFunction
    from siren_cli.resources import Resources
    from siren_cli.setting_checks import integer, number

    resources = Resources(devices, integer("replicas", replicas))
    limits = Limits(
        integer("epochs", epochs),
        number("seconds", seconds),
        number("target_psnr", target_psnr),
    )
    config = limits.stretched(load_preset(preset)).updated(settings or {})
    config = with_quality(config, wanted := number("quality", quality))
    if (most_bytes := integer("target_bytes", target_bytes)) is not None:
        config = config.updated({"fit": {"target_bytes": most_bytes}})
    check_one_decides(config, wanted, limits.target_psnr)
    check_lesson(config, limits.target_psnr, has_mask=mask is not None)
    config = for_lesson(config, [settings or {}], has_mask=mask is not None)
    read = _read(picture, mask, config)
    plan = plan_of(read.seen, config, resources, limits.target_psnr, known=read.known)
    from siren_cli.training.fits import fit_picture

    def report(progress: "Progress") -> None:
        if on_progress is not None:
            on_progress(progress)

    budget = limits.budget(started)
    done = fit_picture(read.seen, unkept(plan), report, resources, budget)
    return PictureFunction(judged(read, done.representation))


def _read(picture: Any, mask: Any, config: "Config") -> "MaskedPicture":
    """Return a picture, from a file or an array, as its fit is taught it."""
    from siren_cli.pictures.arrays import picture_of_array
    from siren_cli.pictures.masks import mask_of_array
    from siren_cli.pictures.metadata import without_personal
    from siren_cli.pictures.reading.mask_reader import read_mask
    from siren_cli.pictures.reading.reader import read_picture
    from siren_cli.pictures.reading.stream_reader import read_stream
    from siren_cli.planning.masked_picture import masked_picture

    def is_path(argument: Any) -> bool:
        return isinstance(argument, str | Path)

    has_lesson = config.supervision.needs_lesson(has_mask=mask is not None)
    read_file = read_picture if has_lesson else read_stream
    read = read_file(Path(picture)) if is_path(picture) else picture_of_array(picture)
    known = None
    if mask is not None:
        known = read_mask(Path(mask)) if is_path(mask) else mask_of_array(mask)
    return masked_picture(without_personal(read), config, known)


def __getattr__(name: str) -> Any:
    if name == "PictureFunction":
        from siren_cli.rendering.function import PictureFunction

        return PictureFunction
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
