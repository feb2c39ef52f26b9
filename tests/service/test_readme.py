"""What README promises in commands and configuration, done as it stands there."""

import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.service.conftest import Sandbox, jpeg, made, put

README = Path(__file__).parents[2] / "README.md"
NAMES = ("anna", "bert", "carl")


def blocks(section: str) -> list[str]:
    """The indented blocks of a section, without their indentation."""
    text = README.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in found]


def test_many_machines_from_one_to_three(tmp_path: Path, new_database: Callable[[], str]) -> None:
    _, config, commands, *_ = blocks("Many machines")
    words = [shlex.split(line, comments=True) for line in commands.splitlines()]
    assert [each[:2] for each in words] == [["pictured", each] for each in ("check", "migrate", "run")]
    share, address = tmp_path.resolve() / "share", new_database()
    (share / "library").mkdir(parents=True)
    machines: dict[str, Sandbox] = {}
    for name in NAMES:
        (tmp_path / name).mkdir()
        machines[name] = sandbox = made(tmp_path / name)
        (sandbox.root / "home/Scans").mkdir()
        told = config.replace("postgresql://pictured@server/pictured", address).replace("/mnt/photos", str(share))
        sandbox.configure(told.replace("machine: anna", f"machine: {name}"))
        assert sandbox.pictured("check", "--config", sandbox.root / "pictured.yaml").code == 0
    for number in range(3):
        put(share / f"library/{number}.jpg", jpeg(number, 320))

    anna = machines["anna"]
    assert anna.pictured("scan", share / "library").code == 0
    migrated = anna.pictured(*words[1][1:], "--json", "--config", anna.root / "pictured.yaml")
    assert (migrated.code, migrated.line["contents"]) == (0, 3)
    with ExitStack() as running:
        daemons = {
            name: running.enter_context(sandbox.daemon(sandbox.root / "pictured.yaml"))
            for name, sandbox in machines.items()
        }
        for number, name in enumerate(NAMES):
            put(machines[name].root / f"home/Scans/{number}.jpg", jpeg(number, 120, 40))
        for number, name in enumerate(NAMES):
            daemons[name].wait("copy.placed", source=share / f"library/{number}.jpg")
        for sandbox in machines.values():
            sandbox.idle(config=sandbox.root / "pictured.yaml")

    assert sorted(path.read_bytes() for path in (share / "best").iterdir()) == sorted(jpeg(n, 320) for n in range(3))
