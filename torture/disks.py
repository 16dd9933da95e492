"""Disks that are really full: the old file stays, nothing else is left, exit 5."""

import shutil
import subprocess
from pathlib import Path

from siren_cli.errors import OutputError
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation
from torture.command import SETTINGS, finish, names, start, write_picture
from torture.session import Session, Trial, demand

OLD = b"old"
OUTPUT_ERROR = OutputError.exit_code
KIBIBYTE = 1 << 10


def full_renders(session: Session, most: int) -> int:
    """Render where files cannot become as large as the picture."""
    folder, done = session.folder, 0
    siren_file.save(folder / "a.siren", make_representation(150, 200), force=True)
    run = finish(start(folder, "render", "a.siren", "-o", "a.png"))
    demand(run.code == 0, f"a render ended with {run.code}: {run.err}")
    size = (folder / "a.png").stat().st_size
    for _ in session.rounds(most):
        limit = int(session.generator.integers(size))
        _check_full(folder, limit, ("render", "a.siren", "-o", "a.png", "-f"), "a.png")
        done += 1
    return done


def full_fits(session: Session, most: int) -> int:
    """Fit where files cannot become as large as the fit, let alone the unfinished one."""
    folder, done = session.folder, 0
    write_picture(folder / "p.png")
    for _ in session.rounds(most):
        limit = int(session.generator.integers(10 * KIBIBYTE))
        _check_full(folder, limit, ("fit", "p.png", *SETTINGS, "-f", "-q"), "p.siren")
        done += 1
    return done


def _check_full(folder: Path, limit: int, arguments: tuple[str, ...], output: str) -> None:
    (folder / output).write_bytes(OLD)
    before = names(folder)
    run = finish(start(folder, str(limit), *arguments, program="torture.full"))
    demand(run.code == OUTPUT_ERROR, f"{limit} bytes: ended with {run.code}: {run.err}")
    demand(len(run.err.splitlines()) == 1, f"{limit} bytes: said {run.err!r}")
    demand((folder / output).read_bytes() == OLD, f"{limit} bytes: the old file is lost")
    demand(names(folder) == before, f"{limit} bytes: {sorted(names(folder))} are there")


def small_disks(session: Session, most: int) -> int:
    """Render onto a disk in memory that is too small; needs a system that lets us mount."""
    disk, done = session.folder / "disk", 0
    disk.mkdir()
    siren_file.save(session.folder / "a.siren", make_representation(150, 200), force=True)
    for _ in session.rounds(most):
        pages = int(session.generator.integers(2, 12))
        if not _mounted(disk, pages * 4 * KIBIBYTE):
            return done
        try:
            (disk / "a.png").write_bytes(OLD)
            run = finish(start(disk, "render", "../a.siren", "-o", "a.png", "-f"))
            left, kept = names(disk), (disk / "a.png").read_bytes() == OLD
        finally:
            subprocess.run(["/bin/umount", disk], check=True)
        demand(run.code == OUTPUT_ERROR, f"{pages} pages: ended with {run.code}: {run.err}")
        demand(kept, f"{pages} pages: the old file is lost")
        demand(left == {"a.png"}, f"{pages} pages: {sorted(left)} are there")
        done += 1
    return done


def _mounted(disk: Path, size: int) -> bool:
    if shutil.which("/bin/mount") is None:
        return False
    command = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


TESTS = {
    "renders": Trial(full_renders, 100),
    "fits": Trial(full_fits, 20),
    "small disks": Trial(small_disks, 100),
}
