"""The libraries: can they be loaded, do they know the usual formats, do they run inside a hardened service."""

from collections.abc import Iterator

from pictured.config.model import Config
from pictured.imaging.engines import Engine, fonts, pillow, vips
from pictured.service.diagnosis.finding import Finding, good, note, wrong


def engines(config: Config | None) -> Iterator[Finding]:
    """Look at the libraries of this very Python, and at fonts where a rule writes text."""
    yield from judged(pillow(), needed=True)
    found = vips()
    yield from judged(found, needed=config is None or bool(config.rules))
    if config is not None and found.version is not None and _lettering(config):
        yield lettered(installed=fonts())


def judged(engine: Engine, *, needed: bool) -> Iterator[Finding]:
    """Judge one library; `needed` where something that is configured uses it."""
    name = engine.name
    if engine.version is None:
        tell = wrong if needed else note
        yield tell(
            "decoders", f"{name} cannot be loaded, so no rule can be carried out", "run: pip install 'pyvips[binary]'"
        )
        return
    if engine.missing:
        lost = ", ".join(engine.missing)
        advice = (
            "run: pip install 'pictured[heif]'"
            if engine.missing == ("HEIC",)
            else f"install {name} from PyPI (its wheels know all of them)"
        )
        yield note(
            "decoders", f"{name} {engine.version} does not know {lost}; such files are told of and left alone", advice
        )
    else:
        yield good("decoders", f"{name} {engine.version} knows all usual formats")
    if not engine.compiled:
        yield note(
            "decoders",
            f"{name} is called in ABI mode, which the hardened system service does not allow",
            "run: pip install --force-reinstall 'pyvips[binary]'",
        )


def lettered(*, installed: bool) -> Finding:
    """Judge the fonts, for rules that write text."""
    if installed:
        return good("fonts", "there are fonts for the texts of rules")
    return wrong(
        "fonts",
        "no font is installed, so rules can write plain Latin letters only",
        "install one (on Debian: apt install fonts-dejavu-core), or name a file with font_file",
    )


def _lettering(config: Config) -> bool:
    actions = (action for rule in config.rules for action in rule.actions)
    return any(getattr(action, "text", None) and not getattr(action, "font_file", None) for action in actions)
