import subprocess
import sys

from pictured.imaging.preview import Preview


def test_whoever_shows_a_preview_loads_no_decoder() -> None:
    loaded = "import sys, pictured.imaging.preview, pictured.reporting.document; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_it_knows_the_picture_that_it_stands_for() -> None:
    preview = Preview(b"RIFF", 20, 10, (2000, 1000), "PNG")

    assert preview.whole[0] / preview.width == 100
