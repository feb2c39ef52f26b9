from pathlib import Path
from typing import Any

from pictured.config.model import Config
from pictured.service.destinations import destinations


def config(**fields: object) -> Config:
    return Config.model_validate({"folders": [{"path": "/l", "role": "library"}]} | fields)


def rule(name: str, **output: object) -> dict[str, Any]:
    return {"name": name, "folders": ["/l"], "actions": [{"action": "resize", "width": 10}], "output": output}


def test_a_configuration_that_only_watches_writes_nowhere() -> None:
    assert destinations(config()) == ()


def test_destinations_results_backups_and_folders_changed_in_place_are_written_each_once() -> None:
    found = destinations(
        config(
            collect=[{"name": name, "from": ["/l"], "into": "/best"} for name in ("a", "b")],
            rules=[rule("web", into="/web"), rule("mend", in_place=True, backup="/backup")],
        )
    )
    assert found == (Path("/best"), Path("/web"), Path("/backup"), Path("/l"))
