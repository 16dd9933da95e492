"""On a full disk the old file stays, nothing else is left, and the exit code is 5."""

import shutil
import subprocess
from pathlib import Path

from siren_cli.errors import OutputError
from tests.helpers.representations import make_representation, save_representation
from tests.stress.command import SETTINGS, finish, names_in, start, write_picture
from tests.stress.session import Session, StressTest, demand

OLD = b"old"
OUTPUT_ERROR = OutputError.exit_code
RENDER = ("render", "a.siren", "-o", "a.png")
FIT = ("fit", "p.png", *SETTINGS, "-f", "-q")
# Limits of a file's size for fits: the finished file is larger than most of them.
MAX_FIT_LIMIT_BYTES = 10 << 10
# Sizes of the mounted disk, in pages.
PAGE_BYTES = 4 << 10
MIN_PAGES = 2
MAX_PAGES = 11


def full_renders(session: Session, max_rounds: int) -> int:
    """Render where no file may become as large as the picture."""
    folder, done = session.folder, 0
    save_representation(folder / "a.siren", make_representation(150, 200))
    run = finish(start(folder, *RENDER))
    demand(run.code == 0, f"a render ended with {run.code}: {run.err}")
    size = (folder / "a.png").stat().st_size
    for _ in session.rounds(max_rounds):
        _check_limit(folder, int(session.generator.integers(size)), (*RENDER, "-f"), "a.png")
        done += 1
    return done


def full_fits(session: Session, max_rounds: int) -> int:
    """Fit where no file may become as large as the fit or the unfinished fit."""
    folder, done = session.folder, 0
    write_picture(folder / "p.png")
    for _ in session.rounds(max_rounds):
        limit = int(session.generator.integers(MAX_FIT_LIMIT_BYTES))
        _check_limit(folder, limit, FIT, "p.siren")
        done += 1
    return done


def _check_limit(folder: Path, limit: int, arguments: tuple[str, ...], output: str) -> None:
    (folder / output).write_bytes(OLD)
    before = names_in(folder)
    run = finish(start(folder, str(limit), *arguments, program="tests.stress.small_file_siren"))
    demand(run.code == OUTPUT_ERROR, f"{limit} bytes: ended with {run.code}: {run.err}")
    demand(len(run.err.splitlines()) == 1, f"{limit} bytes: said {run.err!r}")
    demand((folder / output).read_bytes() == OLD, f"{limit} bytes: the old file is lost")
    left = names_in(folder)
    demand(left == before, f"{limit} bytes: {sorted(left)} are there")


def small_disks(session: Session, max_rounds: int) -> int:
    """Render onto a disk in memory that is too small; needs a system that lets us mount."""
    disk, done = session.folder / "disk", 0
    disk.mkdir()
    save_representation(session.folder / "a.siren", make_representation(150, 200))
    for _ in session.rounds(max_rounds):
        pages = int(session.generator.integers(MIN_PAGES, MAX_PAGES + 1))
        if not _mounted(disk, pages * PAGE_BYTES):
            return done
        try:
            (disk / "a.png").write_bytes(OLD)
            run = finish(start(disk, "render", "../a.siren", "-o", "a.png", "-f"))
            left, kept = names_in(disk), (disk / "a.png").read_bytes() == OLD
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
    "renders": StressTest(full_renders, 100),
    "fits": StressTest(full_fits, 20),
    "small disks": StressTest(small_disks, 100),
}
