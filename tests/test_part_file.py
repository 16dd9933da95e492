"""The part of a fit: a round trip, damage, and forgeries whose digests are right."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.planning.fit_psnr import fit_psnr
from siren_cli.planning.shard_psnr import joined_psnr
from siren_cli.representation import joined_parts, part_file, part_reader, siren_file
from siren_cli.representation.part_reader import PartFile
from siren_cli.representation.representation import Representation
from siren_cli.representation.siren_file import encode
from tests.helpers.part_files import PartPieces, noise_for, part_bytes, write_parts
from tests.helpers.representations import make_representation, with_all_facts, with_weight

# Five rows of three cells of two classes.
FIT = make_representation(20, 12, widths=(4, 5))
PARTS = [
    part_bytes(FIT, noise_for(FIT), range(2), 1, 2),
    part_bytes(FIT, noise_for(FIT), range(2, 5), 2, 2),
]


def opened(*contents: bytes) -> list[PartFile]:
    paths = [Path(f"{number}.part") for number in range(1, len(contents) + 1)]
    return [
        PartFile(path, io.BytesIO(content))
        for path, content in zip(paths, contents, strict=True)
    ]


def refusal(*contents: bytes) -> str:
    """Return the message by which parts are refused."""
    with pytest.raises(RepresentationError) as caught:
        joined_parts.joined(joined_parts.in_order(opened(*contents)))
    return str(caught.value)


def changed(number: int = 0, **facts: Any) -> list[bytes]:
    """Return both parts, one of them with other facts."""
    pieces, contents = PartPieces(PARTS[number]), [*PARTS]
    pieces.facts.update(facts)
    contents[number] = pieces.sealed()
    return contents


FITS = {
    "two classes": FIT,
    "areas and a profile": make_representation(20, 12, pixels="area", icc_profile=b"profile"),
    "light": with_all_facts(make_representation(21, 9, channels=4, dtype="float32")),
    "no margin": make_representation(18, 12, channels=1, margin=0, dtype="int8"),
}


@pytest.mark.parametrize("cuts", [(), (2,), (1, 2, 4)])
@pytest.mark.parametrize("kind", FITS)
def test_parts_are_joined_to_the_file_of_the_whole(
    tmp_path: Path, kind: str, cuts: tuple[int, ...]
) -> None:
    fit = FITS[kind]
    fit = replace(fit, header=replace(fit.header, psnr=None, tone_mapped_psnr=None))
    contents = [path.read_bytes() for path in write_parts(tmp_path, fit, *cuts)]
    parts = joined_parts.in_order(opened(*reversed(contents)))
    joined = joined_parts.joined(parts)
    assert encode(joined) == encode(fit)
    assert joined_psnr(joined, parts) == fit_psnr(noise_for(fit), fit)


def test_a_part_says_what_it_is(tmp_path: Path) -> None:
    path = write_parts(tmp_path, FIT, 2)[0]
    with part_reader.opened(path) as part:
        assert (part.facts.name, part.facts.rows) == ("part 1 of 2", range(2))
        assert part.file_bytes == path.stat().st_size
    whole = siren_file.expected_bytes(FIT.header)
    assert 0 < part_file.expected_bytes(FIT.header, range(2), whole) - part.file_bytes < 512


def test_a_part_is_no_siren_file_and_says_how_it_becomes_one(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(PARTS[0])
    said = "a.part: is a part of a fit; join all of them: siren join"
    with pytest.raises(RepresentationError, match=said):
        siren_file.load(tmp_path / "a.part")


@pytest.mark.parametrize("number", [0, 1])
def test_every_changed_byte_and_every_cut_is_refused(number: int) -> None:
    content = PARTS[number]
    for place in range(0, len(content), 13):
        cut = [*PARTS]
        cut[number] = content[:place]
        flipped = [*PARTS]
        flipped[number] = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        for contents in (cut, flipped):
            assert refusal(*contents)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"tool": "9.9"}, "was made by siren '9.9', and parts are joined by that version"),
        ({"tool": 1}, "facts.tool is not a string"),
        ({"fingerprint": "ab"}, "facts.fingerprint has not 64 digits"),
        ({"part": 3}, "facts.part is not between 1 and 2"),
        ({"parts": 10**7}, "facts.parts is not between 1 and 1000000"),
        ({"first_row": 1}, "it has other rows of cells than it should"),
        ({"last_row": 4}, "it has other rows of cells than it should"),
        ({"last_row": 999_999}, "it has other rows of cells than it should"),
        ({"last_row": 0}, "its size is not that of its cells"),
        ({"squared_error": -1}, "facts.squared_error is not between 0"),
        ({"squared_error": 10**40}, "facts.squared_error is not between 0"),
        ({"squared_error": 1.5}, "facts.squared_error is not an integer"),
        ({"beginning_bytes": 10**9}, "facts.beginning_bytes is not between 1"),
        ({"seam_bytes": -4}, "facts.seam_bytes is not between 0"),
        ({"part": 2}, "is part 2 of 2, as "),
        ({"parts": 3}, "is part 2 of 2, and 1.part is part 1 of 3"),
        ({"fingerprint": "cd" * 32}, "is of another fit than 1.part"),
    ],
)
def test_facts_that_make_no_sense_are_refused(facts: dict[str, Any], said: str) -> None:
    assert said in refusal(*changed(**facts))


def test_a_fit_of_a_million_parts_is_refused_at_once() -> None:
    pieces = PartPieces(PARTS[0])
    pieces.facts["parts"] = 10**6
    message = refusal(pieces.sealed())
    assert message == "1.part: parts 2, 3, 4, 5, 6 and 999994 more of 1000000 are missing"


def test_a_missing_part_is_named() -> None:
    assert refusal(PARTS[1]) == "1.part: part 1 of 2 is missing"


def test_a_part_with_another_header_is_refused() -> None:
    other = replace(FIT, header=replace(FIT.header, epochs=4))
    second = part_bytes(other, noise_for(FIT), range(2, 5), 2, 2)
    assert "2.part: its fit had other settings than that of 1.part" in refusal(PARTS[0], second)


def test_a_header_that_siren_would_not_write_is_refused() -> None:
    pieces = PartPieces(PARTS[0])
    length = int.from_bytes(pieces.beginning[8:12], "little")
    table = json.loads(pieces.beginning[12 : 12 + length])
    text = json.dumps({**table, "more": 1}).encode()
    rest = pieces.beginning[12 + length :]
    pieces.beginning = pieces.beginning[:8] + len(text).to_bytes(4, "little") + text + rest
    pieces.facts["beginning_bytes"] = len(pieces.beginning)
    assert "its header is not as siren writes it" in refusal(pieces.sealed(), PARTS[1])


def test_a_header_larger_than_any_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_reader, "MAX_BEGINNING_BYTES", -(10**6))
    assert "its header is too large" in refusal(*PARTS)


def test_weights_that_are_not_finite_are_refused() -> None:
    bad = with_weight(FIT, np.inf)
    first = part_bytes(FIT, noise_for(FIT), range(2), 1, 2)
    pieces, whole = PartPieces(first), encode(bad)
    pieces.records = whole[-sum(map(len, records(bad))) :][: len(pieces.records)]
    assert "1.part: damaged: it holds weights that are not finite" in refusal(
        pieces.sealed(), PARTS[1]
    )


def records(fit: Representation) -> list[bytes]:
    return [fit.cells.row_bytes(row) for row in range(fit.cells.rows)]


def test_pixels_that_are_not_finite_are_refused() -> None:
    pieces = PartPieces(PARTS[0])
    pieces.seam = np.full(len(pieces.seam) // 4, np.nan, "<f4").tobytes()
    parts = opened(pieces.sealed(), PARTS[1])
    said = "1.part: damaged: it holds pixels that are not finite"
    with pytest.raises(RepresentationError, match=said):
        joined_psnr(joined_parts.joined(parts), parts)
