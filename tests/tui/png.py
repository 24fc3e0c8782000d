#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draws a terminal as a picture: `tmux capture-pane -e -p` on standard input, PNG to the file named.

png.py OUT.png [COLUMNS LINES]. The same input gives the same bytes: one palette, one font, no date.
"""
import re
import sys
import unicodedata

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono%s.ttf"
SIZE = 15  # pixels
CELL_X, CELL_Y, MARGIN = 9, 20, 6  # pixels
BACK, FORE = (24, 24, 28), (214, 214, 214)
# The eight colours, then the bright ones
PALETTE = [(70, 70, 70), (224, 90, 90), (110, 190, 90), (222, 184, 60), (100, 150, 240), (200, 120, 210), (70, 190, 200),
           (214, 214, 214), (120, 120, 120), (255, 120, 120), (150, 230, 130), (255, 220, 100), (140, 185, 255),
           (235, 160, 245), (120, 230, 240), (255, 255, 255)]
TOKEN = re.compile(r"\x1b\[([0-9;:]*)([A-Za-z])|\x1b[()].|[\x0e\x0f]|(.)", re.S)


class Pen:
    """Attributes of the next character."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.fore, self.back = None, None
        self.bold = self.dim = self.under = self.reverse = False

    def extended(self, codes):
        """38;5;N and 38;2;R;G;B"""
        kind = codes.pop(0) if codes else 0
        if kind == 2:
            rgb = tuple(codes[:3])
            del codes[:3]
            return rgb if len(rgb) == 3 else None
        n = codes.pop(0) if codes else 0
        if n < 16:
            return PALETTE[n]
        if n >= 232:
            return (8 + 10 * (n - 232),) * 3
        n -= 16
        return tuple(0 if v == 0 else 55 + 40 * v for v in (n // 36, n // 6 % 6, n % 6))

    def take(self, text):
        codes = [int(c or 0) for c in re.split("[;:]", text)]
        while codes:
            c = codes.pop(0)
            if c == 0:
                self.reset()
            elif c in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "under", 7: "reverse"}[c], True)
            elif c == 22:
                self.bold = self.dim = False
            elif c in (24, 27):
                setattr(self, {24: "under", 27: "reverse"}[c], False)
            elif 30 <= c <= 37 or 90 <= c <= 97:
                self.fore = PALETTE[c - 30 if c < 90 else c - 82]
            elif 40 <= c <= 47 or 100 <= c <= 107:
                self.back = PALETTE[c - 40 if c < 100 else c - 92]
            elif c == 38:
                self.fore = self.extended(codes)
            elif c == 48:
                self.back = self.extended(codes)
            elif c == 39:
                self.fore = None
            elif c == 49:
                self.back = None

    def colors(self):
        fore, back = self.fore or FORE, self.back or BACK
        if self.dim:
            fore = tuple((f + b) // 2 for f, b in zip(fore, back))
        return (back, fore) if self.reverse else (fore, back)


def width(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def draw(text, cols, lines):
    image = Image.new("RGB", (cols * CELL_X + 2 * MARGIN, lines * CELL_Y + 2 * MARGIN), BACK)
    canvas = ImageDraw.Draw(image)
    fonts = {bold: ImageFont.truetype(FONT % ("-Bold" if bold else ""), SIZE) for bold in (False, True)}
    pen, glyphs = Pen(), []  # drawn last: a background must not cut the line above
    for row, line in enumerate(text.split("\n")[:lines]):
        col = 0
        for token in TOKEN.finditer(line):
            if token[2] == "m":
                pen.take(token[1])
            char = token[3]
            if char is None or ord(char) < 32 or col >= cols:
                continue
            x, y, cells = MARGIN + col * CELL_X, MARGIN + row * CELL_Y, width(char)
            fore, back = pen.colors()
            canvas.rectangle((x, y, x + cells * CELL_X - 1, y + CELL_Y - 1), fill=back)
            if char != " ":
                glyphs.append(((x, y), char, fonts[pen.bold], fore))
            if pen.under:
                canvas.line((x, y + CELL_Y - 2, x + cells * CELL_X - 1, y + CELL_Y - 2), fill=fore)
            col += cells
    for at, char, font, fore in glyphs:
        canvas.text(at, char, font=font, fill=fore)
    return image


def main():
    cols, lines = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (80, 24)
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    image = draw(text, cols, lines).quantize(colors=192, dither=0)
    image.save(sys.argv[1], optimize=True)


if __name__ == "__main__":
    main()
