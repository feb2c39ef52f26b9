from pathlib import Path

import pytest

from pictured.config.checking import checked
from pictured.config.document import Fault, InvalidConfigError, Position, Scalar
from pictured.config.expanding import Surroundings
from pictured.config.loading import document

AROUND = Surroundings({}, Path("/home/ada"), Path("/etc"))
FILE = Path("p.yaml")


def test_a_document_without_faults_is_a_configuration() -> None:
    root, _ = document("folders: [{path: /nowhere, role: library}]")
    assert checked(root, (), FILE, AROUND).folders[0].path == Path("/nowhere")


def test_faults_of_reading_are_told_even_where_the_values_are_right() -> None:
    root, _ = document("folders: [{path: /nowhere, role: library}]")
    fault = Fault(Position(9, 9), ("x",), "odd")
    with pytest.raises(InvalidConfigError) as caught:
        checked(root, [fault], FILE, AROUND)
    assert caught.value.faults == (fault,)


def test_an_empty_document_says_how_to_begin() -> None:
    with pytest.raises(InvalidConfigError, match="pictured init"):
        checked(Scalar(Position(1, 1), None, ""), (), FILE, AROUND)
