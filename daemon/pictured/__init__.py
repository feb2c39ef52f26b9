"""pictured keeps the best copy of every picture."""

__version__ = "0.1.0"
