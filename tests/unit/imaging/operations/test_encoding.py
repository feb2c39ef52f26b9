import pickle
import pkgutil

from pictured.imaging.operations import Encoding


def test_without_a_wish_the_source_decides() -> None:
    assert (Encoding().format, Encoding().quality) == (None, None)


def test_it_names_its_work_and_travels_to_the_worker() -> None:
    asked = Encoding("webp", 80)
    assert callable(pkgutil.resolve_name(asked.work))
    assert pickle.loads(pickle.dumps(asked)) == asked  # noqa: S301  our own bytes
