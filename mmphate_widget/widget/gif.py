"""An animated GIF in one palette of colors, written frame by frame.

The palette is made of the points' colors in a few frames, and the ground, however much of the
picture it fills, takes one entry. Of each frame only the part that differs from the one before is
written, unchanged pixels in it transparent.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import GifImagePlugin, Image, ImageChops

# Frames from which the palette is made.
SAMPLED = 8
# About as many pixels of each; of larger ones every second, third, …
SAMPLED_PIXELS = 500_000
# Entries of the palette; the first is the ground, the last stands for "as before".
ENTRIES, UNCHANGED = 256, 255
# As a table of entries: the ground in place of the entry that has another meaning.
NEVER_UNCHANGED = [*range(UNCHANGED), 0]
# A hundredth of a second, the unit of times in a GIF, in milliseconds.
TICK = 10
# Leave the frame in place for the next one.
KEEP = 1
FOREVER = 0


def write_gif(
    path: Path,
    frames: Iterator[Image.Image],
    sample: Callable[[int], list[Image.Image]],
    fps: float,
    loop: bool,
) -> None:
    """Write frames; ``loop`` lets the file say that it starts over for ever."""
    palette = make_palette(sample(SAMPLED))
    with path.open("wb") as file:
        before: Image.Image | None = None
        for index, frame in enumerate(frames):
            picture = frame.quantize(palette=palette, dither=Image.Dither.NONE).point(
                NEVER_UNCHANGED
            )
            # Rounded from the beginning, so that the whole lasts as long as it should.
            ends = [round(100 * moment / fps) for moment in (index, index + 1)]
            timing: dict[str, Any] = {"duration": TICK * (ends[1] - ends[0]), "disposal": KEEP}
            if before is None:
                # A duration marks the file as one of the version that has times.
                info = {"duration": TICK} | ({"loop": FOREVER} if loop else {})
                file.writelines(GifImagePlugin.getheader(picture.copy(), info=info)[0])
                file.writelines(GifImagePlugin.getdata(picture, **timing))
            else:
                part, corner = _difference(before, picture)
                file.writelines(
                    GifImagePlugin.getdata(part, corner, transparency=UNCHANGED, **timing)
                )
            before = picture
        file.write(b";")


def make_palette(pictures: list[Image.Image]) -> Image.Image:
    """A picture whose palette has the ground's color first, then those of what is drawn."""
    size = math.prod(pictures[0].size)
    step = math.isqrt(max(1, size // SAMPLED_PIXELS))
    pixels = np.concatenate([np.asarray(each)[::step, ::step].reshape(-1, 3) for each in pictures])
    ground = _commonest(pixels)
    drawn = pixels[(pixels != ground).any(axis=1)]
    colors = ground.tolist()
    if len(drawn):
        strip = Image.fromarray(drawn.reshape(1, -1, 3))
        few = strip.quantize(UNCHANGED - 1, method=Image.Quantize.MEDIANCUT, kmeans=1)
        colors += (few.getpalette() or [])[: 3 * (UNCHANGED - 1)]
    # Entries that are left over repeat the ground: no other color is nearest to them.
    colors += ground.tolist() * (ENTRIES - len(colors) // 3)
    palette = Image.new("P", (1, 1))
    palette.putpalette(colors)
    return palette


def _commonest(pixels: UInt8[np.ndarray, "n 3"]) -> UInt8[np.ndarray, "3"]:
    codes = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    values, counts = np.unique(codes, return_counts=True)
    code = int(values[counts.argmax()])
    return np.array([code >> 16, code >> 8 & 255, code & 255], dtype=np.uint8)


def _difference(before: Image.Image, after: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """The part of a frame that has changed, and where its corner is; at least one pixel."""
    left, top, right, bottom = ImageChops.subtract_modulo(after, before).getbbox() or (0, 0, 1, 1)
    box = (left, top, right, bottom)
    old, new = (np.asarray(picture.crop(box)) for picture in (before, after))
    entries = np.where(old == new, UNCHANGED, new).astype(np.uint8)
    part = Image.frombytes("P", (right - left, bottom - top), entries.tobytes())
    part.putpalette(after.getpalette() or [])
    return part, (left, top)
