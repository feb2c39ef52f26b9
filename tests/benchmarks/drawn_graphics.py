"""Graphics of one design and different content: charts, logos, icons, codes, maps, screens.

Logos and icons have a name or letters of their own; the others differ by chance in more than colours.
"""

import math

from drawing import BLACK, LETTERS, STRONG, WHITE, Dice, name, paper, paragraph, words, write
from PIL import Image, ImageDraw


def _axes(d: Dice) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page, draw = paper((800, 600))
    write(draw, (250, 8), words(d.template, 4).capitalize()[:34], 22)
    for step in range(11):
        draw.line((60, 540 - step * 48, 760, 540 - step * 48), fill=(205, 205, 205))
        write(draw, (20, 532 - step * 48), str(step * 10), 14)
    draw.line((60, 50, 60, 540, 760, 540), fill=BLACK, width=2)
    return page, draw


def bar_chart(d: Dice) -> Image.Image:
    page, draw = _axes(d)
    colour, count = d.template.choice(STRONG), d.template.choice([6, 10, 14])
    wide = 680 // count
    for bar in range(count):
        high = d.own.randint(20, 470)
        draw.rectangle((72 + bar * wide, 540 - high, 72 + bar * wide + round(wide * 0.7), 540), fill=colour)
        write(draw, (72 + bar * wide, 548), words(d.template, 1)[:5], 13)
    return page


def line_chart(d: Dice) -> Image.Image:
    page, draw = _axes(d)
    for series in range(d.template.choice([1, 2, 3])):
        high, course = d.own.uniform(80, 430), []
        for x in range(70, 760, 23):
            course.append((x, 540 - high))
            high = min(470.0, max(10.0, high + d.own.uniform(-70, 70)))
        draw.line(course, fill=STRONG[series], width=3)
    return page


def pie_chart(d: Dice) -> Image.Image:
    """The same colours and legend; the shares differ."""
    page, draw = paper((700, 520))
    write(draw, (30, 15), words(d.template, 4).capitalize()[:34], 24)
    parts = [d.own.uniform(0.3, 3) for _ in range(d.template.choice([4, 5, 6]))]
    start = -90.0
    for place, part in enumerate(parts):
        end = start + 360 * part / sum(parts)
        draw.pieslice((40, 70, 460, 490), start, end, fill=STRONG[place], outline=WHITE, width=2)
        draw.rectangle((500, 120 + place * 45, 525, 145 + place * 45), fill=STRONG[place])
        write(draw, (535, 122 + place * 45), words(d.template, 1), 18)
        start = end
    return page


def logo(d: Dice) -> Image.Image:
    """A name of its own on simple shapes."""
    image, draw = paper((400, 400))
    for _ in range(d.own.randint(1, 3)):
        x, y, r = d.own.randint(90, 310), d.own.randint(90, 310), d.own.randint(40, 150)
        shape = d.own.choice([draw.ellipse, draw.rectangle])
        shape((x - r, y - r, x + r, y + r), fill=d.own.choice(STRONG))
    size = d.own.choice([40, 60, 80])
    draw.rectangle((80, 170, 320, 180 + size), fill=d.own.choice([(0, 0, 0), (40, 40, 90)]))
    write(draw, (90, 168), name(d.number)[:8], size, WHITE)
    return image


def icon(d: Dice) -> Image.Image:
    """One tile, another one or two letters."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    first, second = divmod(d.number, len(letters))
    text = letters[second] + (letters[first - 1] if first else "")
    image, draw = paper((256, 256), (240, 240, 240))
    draw.rounded_rectangle((20, 20, 236, 236), 40, fill=d.template.choice(STRONG))
    write(draw, (128, 128), text, 130, (250, 250, 250), anchor="mm")
    return image


def matrix_code(d: Dice) -> Image.Image:
    """Modules at random between the three finders of a QR code."""
    side, module = d.template.choice([25, 29, 33]), d.template.choice([8, 10])
    image, draw = paper(((side + 8) * module, (side + 8) * module))
    for y in range(side):
        for x in range(side):
            if d.own.random() < 0.5:
                left, top = (x + 4) * module, (y + 4) * module
                draw.rectangle((left, top, left + module - 1, top + module - 1), fill=BLACK)
    for x, y in ((0, 0), (side - 7, 0), (0, side - 7)):
        for inset, fill in ((-1, WHITE), (0, BLACK), (1, WHITE), (2, (0, 0, 0))):
            low, high = (4 + inset) * module, (11 - inset) * module - 1
            draw.rectangle((x * module + low, y * module + low, x * module + high, y * module + high), fill=fill)
    return image


def bar_code(d: Dice) -> Image.Image:
    image, draw = paper((420, 240))
    x = 30
    while x < 385:
        wide = d.own.randint(2, 8)
        draw.rectangle((x, 20, x + wide - 1, 190), fill=BLACK)
        x += wide + d.own.randint(2, 8)
    write(draw, (90, 196), str(d.own.randrange(10**12, 10**13)), 26)
    return image


def crossword(d: Dice) -> Image.Image:
    """The same grid, other black squares and letters."""
    side = d.template.choice([11, 13, 15])
    image, draw = paper((side * 40 + 40, side * 40 + 40))
    for place in range(side * side):
        left, top = 20 + place % side * 40, 20 + place // side * 40
        black = d.own.random() < 0.2
        draw.rectangle((left, top, left + 40, top + 40), fill=BLACK if black else None, outline=BLACK)
        if not black:
            write(draw, (left + 20, top + 20), d.own.choice(LETTERS).upper(), 24, (20, 20, 90), anchor="mm")
    return image


def street_map(d: Dice) -> Image.Image:
    image, draw = paper((700, 500), (242, 239, 233))
    for _ in range(d.own.randint(2, 5)):
        x, y = d.own.randint(-50, 650), d.own.randint(-50, 450)
        draw.ellipse(
            (x, y, x + d.own.randint(60, 220), y + d.own.randint(60, 180)),
            fill=d.own.choice([(200, 230, 190), (170, 210, 240)]),
        )
    for wide, count in ((5, 26), (11, 7)):
        for _ in range(count):
            x, y, turn = (
                d.own.uniform(0, 700),
                d.own.uniform(0, 500),
                d.own.choice([0.2, 0.2 + math.pi / 2, d.own.uniform(0, math.pi)]),
            )
            dx, dy = math.cos(turn) * 900, math.sin(turn) * 900
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=(160, 160, 160), width=wide + 2)
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=WHITE if wide < 8 else (250, 210, 120), width=wide)
    for _ in range(14):
        write(draw, (d.own.randint(0, 640), d.own.randint(0, 480)), words(d.own, 1).title(), 14, (80, 80, 80))
    return image


def screenshot(d: Dice) -> Image.Image:
    """One program: title bar, tool bar and side bar; the list and the text differ."""
    image, draw = paper((1280, 720), (246, 246, 246))
    colour = d.template.choice(STRONG)
    draw.rectangle((0, 0, 1280, 36), fill=colour)
    write(draw, (14, 8), words(d.template, 2).title(), 16, WHITE)
    for button in range(12):
        draw.rounded_rectangle((12 + button * 52, 46, 52 + button * 52, 80), 6, fill=(220, 222, 226))
        draw.ellipse((24 + button * 52, 54, 40 + button * 52, 70), fill=d.template.choice(STRONG))
    draw.rectangle((0, 90, 240, 720), fill=(232, 234, 238))
    for line in range(22):
        write(draw, (24, 104 + line * 27), words(d.own, 2)[:22], 15, (40, 40, 40))
    marked = 104 + 27 * d.own.randrange(22)
    draw.rectangle((0, marked - 4, 6, marked + 22), fill=colour)
    draw.rectangle((256, 104, 1264, 704), fill=WHITE, outline=(205, 205, 205))
    paragraph(draw, d.own, (280, 124, 1180, d.own.randint(380, 690)), d.template.choice([14, 16]))
    return image
