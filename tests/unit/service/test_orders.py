from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.config.model import Config
from pictured.flow import Picture, Render, Role
from pictured.service.library import Library
from pictured.service.orders import Orders, orders_of, sweep
from pictured.store.queue import Queue

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


def config(folder: Path, **entry: object) -> Config:
    return Config.model_validate(
        {
            "folders": [
                {"path": folder / "l", "role": "library"},
                {"path": folder / "l/private", "role": "ignore"},
                {"path": folder / "q", "role": "query"},
            ],
            "collect": [{"name": "best", "from": [folder / "l"], "into": folder / "best", **entry}],
        }
    )


def test_symlinks_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "real/l").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    orders = orders_of(config(tmp_path / "link"))

    assert orders.paths(Role.LIBRARY) == (tmp_path / "real/l",)
    assert orders.entries[0].sources == (tmp_path / "real/l",)
    assert orders.entries[0].into == tmp_path / "real/best"


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("l", Role.LIBRARY),
        ("l/a.jpg", Role.LIBRARY),
        ("l/deep/er/a.jpg", Role.LIBRARY),
        ("l/private/a.jpg", None),
        ("l/private", None),
        ("l/private2/a.jpg", Role.LIBRARY),
        ("q/a.jpg", Role.QUERY),
        ("l2/a.jpg", None),
        (".", None),
    ],
)
def test_the_innermost_folder_counts(tmp_path: Path, path: str, role: Role | None) -> None:
    found = orders_of(config(tmp_path)).folder_of(tmp_path / path)

    assert (found and found.role) == role


@pytest.mark.parametrize(
    "change", [{"mode": "auto"}, {"prefer": ["bytes"]}, {"as": "symlink"}, {"into": "/elsewhere"}, {"for": "all"}]
)
def test_changed_orders_send_everything_down_the_line_once(
    tmp_path: Path, library: Library, draw: Draw, index: Index, change: dict[str, object]
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    before, after = orders_of(config(tmp_path)), orders_of(config(tmp_path, **change))

    def swept(orders: Orders) -> tuple[bool, int]:
        changed = sweep(library, orders)
        waiting = library.catalogue.waiting([tmp_path])
        library.catalogue.handle(picture.path, picture.stamp)
        return changed, waiting

    assert [swept(orders) for orders in (before, before, after, after)] == [(True, 1), (False, 0)] * 2


def test_changed_orders_withdraw_what_waits_and_spare_what_was_approved(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    picture, queue = index(draw(tmp_path / "l/a.jpg", "coffee", width=100)), Queue(library.db)
    sweep(library, orders_of(config(tmp_path)))
    for number in (1, 2):
        target = tmp_path / f"web/{number}.jpg"
        render = Render("rules/web", b"r" * 32, picture.path, picture.stamp, bytes([number]) * 32, target, "resize")
        waiting = queue.propose(render, render.rule, "{}", 1.0)
    assert waiting is not None
    queue.decide(waiting, "approved", 2.0)

    sweep(library, orders_of(config(tmp_path, mode="auto")))

    assert queue.waiting() == []
    assert [each.id for each in queue.approved()] == [waiting.id]


def test_orders_may_name_folders_that_are_no_text(tmp_path: Path, library: Library) -> None:
    odd = tmp_path / "\udcff"

    assert sweep(library, orders_of(config(odd)))
    assert not sweep(library, orders_of(config(odd)))
