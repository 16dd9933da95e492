"""Several hosts fit one picture, to the bytes of one; what goes wrong is one sentence."""

import json
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.commands import Run, finish, objects, siren, start, write_picture

# A picture of fifteen cells of several widths, and a fit of two seconds.
SMALL = ("--preset=fast", "--epochs=20", "--set=network.cell_size=16", "-f")


def config(addresses: Sequence[str], index: int) -> str:
    """Return the TF_CONFIG of a host."""
    task = {"type": "worker", "index": index}
    return json.dumps({"cluster": {"worker": list(addresses)}, "task": task})


def host_folder(folder: Path, index: int) -> Path:
    """Return a folder of a host, with the same picture."""
    own = folder / str(index)
    own.mkdir(exist_ok=True)
    (own / "a.png").write_bytes((folder / "a.png").read_bytes())
    return own


def started(
    folder: Path, addresses: Sequence[str], arguments: Sequence[str]
) -> list["subprocess.Popen[bytes]"]:
    """Start a host for each address."""
    return [
        start(
            host_folder(folder, index),
            "fit",
            "a.png",
            *arguments,
            TF_CONFIG=config(addresses, index),
        )
        for index in range(len(addresses))
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_hosts_make_the_bytes_of_one(tmp_path, addresses):
    write_picture(tmp_path / "a.png", 50, 70)
    own, theirs = (host_folder(tmp_path, index) for index in (0, 1))
    worker = start(theirs, "fit", "a.png", *SMALL, TF_CONFIG=config(addresses[:2], 1))
    chief = siren(own, "fit", "a.png", *SMALL, "--json", TF_CONFIG=config(addresses[:2], 0))
    found = finish(worker)
    assert (chief.code, found.code, found.out, found.err) == (0, 0, b"", [])
    assert objects(chief)[0]["hosts"] == 2
    assert siren(tmp_path, "fit", "a.png", *SMALL).code == 0
    assert (own / "a.siren").read_bytes() == (tmp_path / "a.siren").read_bytes()
    assert names(theirs) == ["a.png"]


def test_workers_end_where_there_is_nothing_to_do(tmp_path, addresses):
    write_picture(tmp_path / "a.png")
    own, theirs = (host_folder(tmp_path, index) for index in (0, 1))
    (own / "a.siren").write_bytes(b"a fit")
    arguments = ("fit", "a.png", "--skip-existing")
    worker = start(theirs, *arguments, TF_CONFIG=config(addresses[:2], 1))
    chief = siren(own, *arguments, TF_CONFIG=config(addresses[:2], 0))
    assert (chief.code, finish(worker)) == (0, Run(0, b"", []))


WRONG: dict[str, tuple[list[str], dict[str, str], str]] = {
    "no JSON": ([], {"TF_CONFIG": "{"}, "TF_CONFIG: '{' is not JSON"),
    "no srun": (["--cluster=slurm"], {}, "--cluster slurm: "),
    "a cluster of no kind": (["--cluster=mpi"], {}, "--cluster mpi: not auto, slurm or none"),
    "no time": (["--cluster-wait=soon"], {}, "--cluster-wait soon: not a time"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_cluster_is_a_sentence(tmp_path, name):
    write_picture(tmp_path / "a.png")
    arguments, variables, sentence = WRONG[name]
    found = siren(tmp_path, "fit", "a.png", *arguments, **variables)
    assert found.code == 2
    assert found.err[0].startswith(f"siren: {sentence}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a.png", "b.png"], "several hosts fit one picture together, not 2"),
        (["a.png", "--preset=paper"], "one network for the whole picture is trained by one"),
        (["-", "-o", "b.siren"], "-: is a stream, which other hosts cannot read"),
    ],
)
def test_what_one_host_alone_can_fit_is_refused(tmp_path, addresses, arguments, sentence):
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name)
    found = siren(tmp_path, "fit", *arguments, TF_CONFIG=config(addresses, 0))
    assert found.code == 2
    assert sentence in found.err[0]


def test_a_host_that_does_not_come_is_named(tmp_path, addresses):
    write_picture(tmp_path / "a.png")
    variables = {"TF_CONFIG": config(addresses[:2], 0)}
    found = siren(tmp_path, "fit", "a.png", "--cluster-wait=0.2s", **variables)
    assert found.code == 6
    assert found.err[0].endswith(f"{addresses[1]} (task 1) did not come within 0.2 s")


@pytest.mark.parametrize("changed", ["picture", "settings"])
def test_hosts_that_differ_are_named(tmp_path, addresses, changed):
    """The worker says the chief's sentence, before TensorFlow is loaded."""
    write_picture(tmp_path / "a.png")
    own = host_folder(tmp_path, 1)
    write_picture(own / "a.png", 30 if changed == "settings" else 31)
    arguments = ["--seed=1"] if changed == "settings" else []
    worker = start(own, "fit", "a.png", *arguments, TF_CONFIG=config(addresses[:2], 1))
    chief = siren(tmp_path, "fit", "a.png", TF_CONFIG=config(addresses[:2], 0))
    sentence = f"(task 1): differs from {addresses[0]} in its {changed}; all hosts must"
    for found in (chief, finish(worker)):
        assert found.code == 2
        assert sentence in found.err[0]
    assert names(tmp_path) == ["1", "a.png"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """Return the fit of a picture of three groups by one host."""
    folder = tmp_path_factory.mktemp("whole")
    write_picture(folder / "a.png", 800, 1600)
    command = start(folder, "fit", "a.png", "--preset=fast")
    assert finish(command).code == 0
    return (folder / "a.siren").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(("index", "number"), [(2, "SIGKILL"), (0, "SIGKILL"), (0, "SIGINT")])
def test_a_fit_that_lost_a_host_goes_on_with_fewer(tmp_path, addresses, whole, index, number):
    write_picture(tmp_path / "a.png", 800, 1600)
    hosts = started(tmp_path, addresses, ("--preset=fast",))
    last = time.monotonic() + 120
    while not (tmp_path / "0" / ".a.siren.part").exists() and time.monotonic() < last:
        time.sleep(0.05)
    hosts[index].send_signal(getattr(signal, number))
    ended = time.monotonic()
    found = [finish(host) for host in hosts]
    assert time.monotonic() - ended < 15
    assert {each.code for each in found[1:2]} == {6}
    assert "the same command goes on with its work" in found[1].err[-1]
    again = started(tmp_path, addresses[:2], ("--preset=fast", "--json"))
    chief, worker = map(finish, again)
    assert (chief.code, worker.code) == (0, 0)
    assert json.loads(chief.out)["resumed"]
    assert (tmp_path / "0" / "a.siren").read_bytes() == whole
    assert names(tmp_path / "0") == ["a.png", "a.siren"]
