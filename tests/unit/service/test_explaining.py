import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from pictured.collecting.settings import CollectSettings, Criterion
from pictured.flow import Picture, Role
from pictured.service.acting import act
from pictured.service.explaining import explain
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.planning import plan
from pictured.service.reports import json_line
from pictured.service.workers import Workers
from pictured.watching.settings import FolderSettings

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Photo = Callable[[str], Image.Image]
Index = Callable[[Path], Picture]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
PREFER: tuple[Criterion, ...] = CollectSettings.model_fields["prefer"].default


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    folders = (
        FolderSettings(path=tmp_path / "l", role=Role.LIBRARY),
        FolderSettings(path=tmp_path / "q", role=Role.QUERY),
    )
    entry = {"name": "best", "from": [tmp_path / "l"], "into": tmp_path / "best", "mode": "auto"}
    return Orders(folders, (CollectSettings.model_validate(entry),), 60.0)


def told(library: Library, with_workers: WithWorkers, path: Path, orders: Orders | None) -> dict[str, Any]:
    scope = Scope(excluding=orders.paths(Role.QUERY) if orders else ())
    found = with_workers(lambda workers: explain(library, workers, path, scope, PREFER, orders))
    told: dict[str, Any] = json.loads(json_line(found))
    return told


def test_a_query_is_explained_with_its_copies_and_the_plan(
    tmp_path: Path, library: Library, orders: Orders, draw: Draw, index: Index, with_workers: WithWorkers
) -> None:
    large, small = (index(draw(tmp_path / f"l/{w}.jpg", "coffee", width=w)) for w in (600, 300))
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)

    found = told(library, with_workers, query, orders)

    assert (found["indexed"], found["error"], found["placed_by_us"]) == (False, None, False)
    assert (found["content"]["width"], found["content"]["format"]) == (150, "JPEG")
    assert [(copy["path"], copy["kind"]) for copy in found["copies"]] == [
        (str(large.path), "same"),
        (str(small.path), "same"),
    ]
    best, worse = (copy["reason"] for copy in found["copies"])
    assert best == "the best"
    assert worse.startswith("the best wins by detail: 600 x 400")
    for copy in found["copies"]:
        assert copy["orientation"] == 1
        assert copy["box"] == pytest.approx([0, 0, 1, 1], abs=0.02)
        assert copy["angle"] == pytest.approx(0, abs=0.5)
        assert copy["scale"] == pytest.approx(150 / copy["width"], rel=0.02)
        assert copy["measures"]["ssim"] > 0.8
    assert found["similar"] == []
    plan = found["plan"]
    assert plan[0].pop("reason").startswith("detail: 600 x 400")
    assert plan == [
        {
            "entry": "best",
            "query": str(query),
            "do": "collect",
            "best": str(large.path),
            "target": str(tmp_path / "best/600.jpg"),
            "replaces": None,
            "companions": [],
        }
    ]


def test_explaining_changes_nothing(
    tmp_path: Path, library: Library, orders: Orders, draw: Draw, index: Index, with_workers: WithWorkers
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)
    changes = library.db.total_changes

    told(library, with_workers, query, orders)

    assert library.db.total_changes == changes
    assert not (tmp_path / "best").exists()


def test_what_was_done_is_explained_as_kept(
    tmp_path: Path, library: Library, orders: Orders, draw: Draw, index: Index, with_workers: WithWorkers
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150))

    async def collect(workers: Workers) -> None:
        for step in (await plan(library, workers, orders, query)).steps:
            await act(step, library, tmp_path / "best")

    with_workers(collect)

    (step,) = told(library, with_workers, query.path, orders)["plan"]
    assert (step["do"], step["target"], step["reason"]) == (
        "keep", str(tmp_path / "best/a.jpg"), "it is already collected",
    )  # fmt: skip
    assert told(library, with_workers, tmp_path / "best/a.jpg", orders)["placed_by_us"]


def test_a_single_copy_is_the_only_one(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: WithWorkers
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))

    found = told(library, with_workers, draw(tmp_path / "poor.jpg", "coffee", width=150), None)

    assert [copy["reason"] for copy in found["copies"]] == ["it is the only copy"]
    assert found["plan"] == []


@pytest.mark.parametrize("there", [True, False])
def test_what_cannot_be_read_is_explained_by_its_error(
    tmp_path: Path, library: Library, with_workers: WithWorkers, *, there: bool
) -> None:
    path = tmp_path / "no.jpg"
    if there:
        path.write_text("no")

    found = told(library, with_workers, path, None)

    assert found["error"]
    assert (found["content"], found["copies"], found["plan"]) == (None, [], [])


def test_what_is_similar_is_listed_and_neither_ranked_nor_planned(
    tmp_path: Path, library: Library, orders: Orders, photo: Photo, index: Index, with_workers: WithWorkers
) -> None:
    """Each of two parts of a picture shows something that the other does not."""
    for name, box in {"l/right.jpg": (200, 0, 600, 400), "q/left.jpg": (0, 0, 400, 400)}.items():
        (tmp_path / name).parent.mkdir()
        photo("coffee").crop(box).save(tmp_path / name, quality=90)
    similar = index(tmp_path / "l/right.jpg")

    found = told(library, with_workers, tmp_path / "q/left.jpg", orders)

    assert [(each["path"], each["kind"]) for each in found["similar"]] == [(str(similar.path), "similar")]
    assert "reason" not in found["similar"][0]
    assert (found["copies"], found["plan"]) == ([], [])


def test_an_enlarged_and_sharpened_copy_is_told_to_hold_less(
    tmp_path: Path, library: Library, photo: Photo, index: Index, with_workers: WithWorkers
) -> None:
    (tmp_path / "l").mkdir()
    source = photo("chelsea")
    enlarged = source.resize((source.width * 2, source.height * 2), Image.Resampling.BICUBIC)
    source.save(tmp_path / "l/source.jpg", quality=92)
    enlarged.filter(ImageFilter.UnsharpMask(2, 120, 0)).save(tmp_path / "l/enlarged.jpg", quality=97)
    for name in ("source", "enlarged"):
        index(tmp_path / f"l/{name}.jpg")
    source.resize((150, 100)).save(tmp_path / "poor.jpg", quality=60)

    found = told(library, with_workers, tmp_path / "poor.jpg", None)

    best, worse = found["copies"]
    assert [Path(copy["path"]).name for copy in (best, worse)] == ["source.jpg", "enlarged.jpg"]
    assert worse["reason"].startswith("the best wins by detail: 451 x 300 with true detail of +0.00 over 902 x 600")
    assert worse["detail"]["richness"] < best["detail"]["richness"] == 0
