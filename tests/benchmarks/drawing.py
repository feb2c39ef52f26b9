"""What all drawings are made with: the chances of a picture, words, fonts and paper."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

_TEMPLATES = 3
LETTERS = "abcdefghiklmnoprstuvw"
STRONG: Sequence[Colour] = ((30, 60, 120), (120, 30, 40), (20, 110, 80), (70, 70, 80), (150, 90, 10), (90, 40, 130))


@dataclass(frozen=True, slots=True)
class Dice:
    """The chances of the picture of one number, and those of the template that it shares with every third one."""

    number: int
    own: random.Random
    template: random.Random


def dice(kind: str, seed: int, number: int) -> Dice:
    shared = random.Random(f"{kind} {seed} template {number % _TEMPLATES}")
    return Dice(number, random.Random(f"{kind} {seed} {number}"), shared)


def index_in_template(d: Dice) -> int:
    """How many pictures of the same template come before this one."""
    return d.number // _TEMPLATES


def words(rng: random.Random, count: int) -> str:
    return " ".join("".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(count))


def name(number: int) -> str:
    """Four letters and a figure that together no other number has."""
    letters, rest = "", number * 7919 + 17
    for base in ("BDFGKLMNPRST", "AEIOU", "BCDGLMNRSTVX", "AEIOU"):
        rest, letter = divmod(rest, len(base))
        letters += base[letter]
    return letters + (str(rest) if rest else "")


def font(size: int) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size=size)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def paper(size: tuple[int, int], colour: Colour = WHITE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, colour)
    return image, ImageDraw.Draw(image)


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: int,
    fill: Colour = BLACK,
    anchor: str = "la",
) -> None:
    draw.text(place, text, font=font(size), fill=fill, anchor=anchor)


def paragraph(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    box: tuple[int, int, int, int],
    size: int,
    fill: Colour = (20, 20, 20),
) -> None:
    """Fill a box with lines, ragged, with short last lines and a gap here and there."""
    left, top, right, bottom = box
    most, y = round((right - left) / size * 1.9), top
    while y < bottom - size:
        if rng.random() < 0.12:
            write(draw, (left, y), words(rng, 12)[: rng.randint(8, most)], size, fill)
            y += round(size * rng.choice([1.5, 2.4]))
        else:
            write(draw, (left, y), words(rng, 30)[: most - rng.randint(0, 6)], size, fill)
            y += round(size * 1.5)
