"""Pictures of the demo: drawn signs of colour instead of faces, and papers that say themselves that they are invented."""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageDraw

SIDE = 256
GROUNDS = ("#e8d5b7", "#cfe3d4", "#d7dcec", "#f0d6cf", "#e3dff0", "#d5e8ec", "#f1e4c3")
SHAPES = ("#b5533c", "#2f6f5e", "#3d5a98", "#8a4f7d", "#c28e2c", "#4f7a28", "#a23e57")


def avatar(rng: Random) -> bytes:
    """A head and shoulders of plain shapes: nobody’s face."""
    picture = Image.new("RGB", (SIDE, SIDE), rng.choice(GROUNDS))
    draw = ImageDraw.Draw(picture)
    body, hair = rng.sample(SHAPES, 2)
    draw.ellipse((28, 160, 228, 330), fill=body)
    draw.ellipse((78, 62, 178, 176), fill=hair)
    draw.ellipse((86, 82 + rng.randint(0, 14), 170, 180), fill=rng.choice(("#f2d3b8", "#d9a982", "#a8754f", "#6f4a32")))
    return _saved(picture)


def paper(rng: Random) -> bytes:
    """A page with grey lines for words and a coloured seal: a paper that says nothing about anybody."""
    picture = Image.new("RGB", (620, 877), "#fdfcf8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 70, 380, 92), fill="#6b6b6b")
    for line in range(14):
        draw.rectangle((60, 150 + line * 34, 60 + rng.randint(320, 500), 160 + line * 34), fill="#c9c7c0")
    draw.ellipse((420, 690, 540, 810), outline=rng.choice(SHAPES), width=8)
    draw.ellipse((448, 718, 512, 782), outline=rng.choice(SHAPES), width=4)
    return _saved(picture)


def _saved(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
