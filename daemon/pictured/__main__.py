"""`python -m pictured`."""

from pictured.cli.main import run

if __name__ == "__main__":
    run()
