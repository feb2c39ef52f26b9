from pathlib import Path

import pytest

from pictured.config.publishing import main, published

FOLDER = Path(__file__).parents[3] / "config"


@pytest.mark.parametrize("name", sorted(published()))
def test_the_files_in_config_are_up_to_date(name: str) -> None:
    told = "run: PYTHONPATH=daemon python -m pictured.config.publishing config"
    assert (FOLDER / name).read_text(encoding="utf-8") == published()[name], told


def test_one_command_writes_them_all(tmp_path: Path) -> None:
    main([str(tmp_path)])
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == published()


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"], ["a", "b"]])
def test_the_folder_must_be_named_and_exist(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(arguments)
