"""Pages that look much alike and differ in what they say: text, letters, forms, tables, receipts, music, slides.

The content is drawn at random for each number. `few_entries` and `invoice` differ in as little as papers do that are
made from one file: two letters in at most six words or figures, two invoices in at most two digits.
"""

from drawing import BLACK, STRONG, WHITE, Dice, index_in_template, name, paper, paragraph, words, write
from PIL import Image, ImageDraw


def text_page(d: Dice) -> Image.Image:
    width, height = d.template.choice([(800, 1130), (850, 1100)])
    page, draw = paper((width, height), d.own.choice([WHITE, (250, 248, 240)]))
    size, columns, margin = d.own.choice([11, 12, 14, 16, 20]), d.own.choice([1, 1, 2]), d.own.choice([60, 80])
    top = margin
    if d.own.random() < 0.4:
        write(draw, (margin, top), words(d.own, 4)[:28], 30)
        top += 60
    wide = (width - 2 * margin - 30 * (columns - 1)) // columns
    for column in range(columns):
        left = margin + column * (wide + 30)
        paragraph(draw, d.own, (left, top, left + wide, height - margin), size)
    write(draw, (width // 2, height - 40), str(d.number), 12, (20, 20, 20))
    return page


def _letterhead(d: Dice) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page, draw = paper((800, 1130))
    colour = d.template.choice(STRONG)
    draw.ellipse((60, 40, 140, 120), fill=colour)
    draw.rectangle((160, 50, 740, 60), fill=colour)
    write(draw, (160, 70), words(d.template, 4).title()[:32], 24, (10, 10, 10))
    draw.line((60, 1060, 740, 1060), fill=colour, width=2)
    write(draw, (60, 1070), words(d.template, 12)[:90], 13, (60, 60, 60))
    return page, draw


def letter(d: Dice) -> Image.Image:
    """Another address and another text of another length."""
    page, draw = _letterhead(d)
    paragraph(draw, d.own, (60, 160, 300, 240), 13)
    paragraph(draw, d.own, (60, 280, 720, d.own.randint(500, 1040)), 14)
    return page


def serial_letter(d: Dice) -> Image.Image:
    """The same text to somebody else: address, date, reference, sum and signature differ."""
    page, draw = _letterhead(d)
    paragraph(draw, d.own, (60, 160, 320, 260), 15)
    write(draw, (560, 200), f"{d.own.randint(1, 28)}.{d.own.randint(1, 12)}.20{d.own.randint(10, 25)}", 15)
    write(draw, (60, 290), f"Reference {d.number * 7 + 1000} {words(d.own, 4)[:30]}", 18)
    paragraph(draw, d.template, (60, 340, 720, 640), 14)
    write(draw, (60, 660), f"{d.own.randint(100, 99999)}.{d.own.randint(10, 99)} EUR  {words(d.own, 5)[:40]}", 22)
    paragraph(draw, d.template, (60, 720, 720, 880), 14)
    x, y = 80.0, 950.0
    for _ in range(40):
        step, rise = d.own.uniform(-4, 12), d.own.uniform(-22, 22)
        draw.line((x, y, x + step, min(1000, max(900, y + rise))), fill=(20, 30, 120), width=3)
        x, y = x + step, min(1000.0, max(900.0, y + rise))
    return page


def few_entries(d: Dice) -> Image.Image:
    """A serial letter of which one to three entries are its own; all others are those of the first letter."""
    page, draw = _letterhead(d)
    first = [words(d.template, 2).title()[:24] for _ in range(4)]
    first += [f"{d.template.randint(1, 28)}.{d.template.randint(1, 12)}.20{d.template.randint(10, 25)}"]
    first += [f"Reference {d.template.randint(1000, 9999)}", f"{d.template.randint(100, 99999)}.50 EUR"]
    places = [(60, 160), (60, 182), (60, 204), (60, 226), (560, 200), (60, 290), (60, 660)]
    changed = d.own.sample(range(7), d.own.choice([1, 2, 3])) if index_in_template(d) else []
    paragraph(draw, d.template, (60, 340, 720, 640), 14)
    paragraph(draw, d.template, (60, 720, 720, 880), 14)
    for number, (place, text) in enumerate(zip(places, first, strict=True)):
        own = name(d.number) if number < 4 else f"{d.number % 28 + 1}.{d.number // 28 % 12 + 1}.2026"
        if number >= 5:
            own = f"{text.split()[0][:9]} {d.number * 7 + 1003}"
        write(draw, place, own if number in changed else text, 18 if number >= 5 else 15)
    return page


def invoice(d: Dice) -> Image.Image:
    """An invoice of which one digit is its own; all others are those of the first invoice."""
    page, draw = _letterhead(d)
    size = d.template.choice([13, 15, 18])
    rows, columns = 14, (60, 420, 520, 640)
    items = [words(d.template, 3)[:30] for _ in range(rows)]
    figures = [[f"{d.template.randint(10, 99)}.{d.template.randint(10, 99)}" for _ in range(3)] for _ in range(rows)]
    index = index_in_template(d) - 1
    if index >= 0:
        row, column = divmod(index % (3 * rows), 3)
        digits = list(figures[row][column])
        place = d.template.choice([0, 1, 3, 4])
        digits[place] = str((int(digits[place]) + 1 + index // (3 * rows)) % 10)
        figures[row][column] = "".join(digits)
    write(draw, (60, 180), f"Invoice {d.template.randint(10000, 99999)}", 24)
    for row in range(rows):
        y = 260 + row * 40
        draw.line((60, y - 8, 740, y - 8), fill=(210, 210, 210))
        for x, text in zip(columns, (items[row], *figures[row]), strict=True):
            write(draw, (x, y), text, size)
    paragraph(draw, d.template, (60, 860, 720, 1040), 13)
    return page


def form(d: Dice) -> Image.Image:
    """The same grid and labels; the entries differ."""
    page, draw = paper((800, 1130), (250, 250, 248))
    rows, columns = d.template.choice([(20, 4), (16, 3), (24, 2)])
    labels = [words(d.template, 2)[:12] for _ in range(rows * columns)]
    write(draw, (50, 40), words(d.template, 4).title()[:36], 26)
    wide, high = 700 // columns, 980 // rows
    for place, label in enumerate(labels):
        left, top = 50 + place % columns * wide, 100 + place // columns * high
        draw.rectangle((left, top, left + wide - 5, top + high - 4), outline=(40, 40, 40))
        write(draw, (left + 5, top + 2), label, 10, (80, 80, 80))
        write(draw, (left + 10, top + high // 2 - 4), words(d.own, 3)[: wide // 10], 14, (10, 10, 60))
    return page


def table(d: Dice) -> Image.Image:
    """A spreadsheet: the same headings, other figures."""
    columns, high = d.template.choice([6, 8, 10]), d.template.choice([22, 26])
    page, draw = paper((1000, 700))
    draw.rectangle((0, 0, 1000, high), fill=d.template.choice(STRONG))
    wide = 1000 // columns
    for row in range(700 // high):
        if row % 2:
            draw.rectangle((0, row * high, 1000, (row + 1) * high), fill=(238, 242, 248))
        draw.line((0, row * high, 1000, row * high), fill=(200, 200, 200))
        for column in range(columns):
            heading = not row or not column
            text = words(d.template, 1) if heading else f"{d.own.randint(0, 10 ** d.own.randint(2, 6)):,}"
            write(draw, (column * wide + 6, row * high + 4), text, 14, BLACK if row else WHITE)
    for column in range(columns):
        draw.line((column * wide, 0, column * wide, 700), fill=(200, 200, 200))
    return page


def receipt(d: Dice) -> Image.Image:
    lines = d.own.randint(12, 26)
    page, draw = paper((380, 300 + 26 * lines), (252, 252, 250))
    write(draw, (70, 30), words(d.template, 3).upper()[:18], 26)
    write(draw, (60, 75), words(d.template, 5)[:34], 14)
    for line in range(lines):
        write(draw, (20, 130 + 26 * line), words(d.own, 3)[:20], 16, (10, 10, 10))
        write(draw, (300, 130 + 26 * line), f"{d.own.randint(0, 99)}.{d.own.randint(10, 99)}", 16, (10, 10, 10))
    bottom = 150 + 26 * lines
    draw.line((20, bottom, 360, bottom), fill=BLACK, width=2)
    write(draw, (20, bottom + 15), f"TOTAL {d.own.randint(20, 900)}.{d.own.randint(10, 99)}", 26)
    write(draw, (20, bottom + 80), words(d.template, 6)[:40], 14)
    return page


def sheet_music(d: Dice) -> Image.Image:
    page, draw = paper((850, 1100))
    write(draw, (300, 30), words(d.own, 2).title()[:20], 28)
    gap = d.template.choice([8, 10])
    for top in range(110, 1020, gap * 11):
        for line in range(5):
            draw.line((60, top + line * gap, 790, top + line * gap), fill=BLACK)
        for bar in range(5):
            draw.line((60 + bar * 182, top, 60 + bar * 182, top + 4 * gap), fill=BLACK, width=2)
        x = 90
        while x < 770:
            y, stem = top + d.own.randint(-1, 9) * gap // 2, d.own.choice([-1, 1])
            hollow = d.own.random() < 0.2
            draw.ellipse((x, y - gap // 2, x + gap + 3, y + gap // 2), fill=None if hollow else BLACK, outline=BLACK)
            draw.line(
                (x + (gap + 3 if stem < 0 else 0), y, x + (gap + 3 if stem < 0 else 0), y + stem * gap * 3),
                fill=BLACK,
                width=2,
            )
            x += d.own.choice([24, 36, 48])
    return page


def slide(d: Dice) -> Image.Image:
    """One design; title, points and a few boxes differ."""
    colour, light = d.template.choice(STRONG), d.template.choice([WHITE, (240, 244, 250)])
    page, draw = paper((1024, 576), light)
    draw.rectangle((0, 0, 1024, 90), fill=colour)
    draw.rectangle((0, 540, 1024, 576), fill=colour)
    write(draw, (30, 548), words(d.template, 5)[:40], 16, WHITE)
    draw.ellipse((930, 15, 990, 75), fill=light)
    write(draw, (30, 20), words(d.own, 5).capitalize()[:34], 44, WHITE)
    for line in range(d.own.randint(3, 7)):
        draw.ellipse((50, 132 + 56 * line, 62, 144 + 56 * line), fill=colour)
        write(draw, (84, 120 + 56 * line), words(d.own, 9)[: d.own.randint(12, 38)], 28, (30, 30, 30))
    for _ in range(d.own.randint(0, 2)):
        x, y = d.own.randint(650, 850), d.own.randint(120, 400)
        draw.rounded_rectangle(
            (x, y, x + d.own.randint(60, 150), y + d.own.randint(40, 120)), 12, fill=d.own.choice(STRONG)
        )
    return page
