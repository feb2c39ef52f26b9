import pickle
import subprocess
import sys
from pathlib import Path

from pictured.imaging.operations import Resize
from pictured.imaging.rendered import Order
from pictured.imaging.traits import Traits


def test_an_order_travels_to_the_worker() -> None:
    traits = Traits("JPEG", 40, 30, 1, 1, 8, "rgb", False, False, 90, "4:2:0", 1000, {"artist": "Ann"})
    order = Order(Path("/p/\udcff.jpg"), traits, (Resize(long_edge=20),), Path("/drafts"))
    assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301  our own bytes


def test_asking_loads_no_engine() -> None:
    code = "import sys, pictured.imaging.rendered; print(*{'pyvips', 'PIL', 'numpy', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
