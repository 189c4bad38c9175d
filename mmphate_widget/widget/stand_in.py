"""The picture that stays: an output of its own that shows the widget's state without a kernel.

A saved notebook keeps outputs, not widgets. So each display of the widget first publishes a small
PNG under an id of the widget's own; while a live view stands beside it the page hides it
(js/src/ui/stand-in.ts), which knows it by a text chunk that names the widget. Where drawing all
would keep the live view waiting, a sketch is published first. When what is seen has changed and
come to rest, the picture is drawn again and published under the same id, rarely and only if it
differs, since every change of an output makes the notebook unsaved.

``StandIn`` decides when, a ``Worker`` does it. It knows pictures as bytes and the notebook as a
function.
"""

import base64
import io
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PIL import Image, PngImagePlugin

from mmphate_widget.widget.worker import WORKER, Worker

# A change counts as come to rest when none has followed for so long, in seconds.
SETTLE_SECONDS = 3.0
# At least this between two pictures, and at least so many times what the last one cost, so that
# drawing takes no more than one fiftieth of the kernel's time.
SPACING_SECONDS, SPACING_PER_COST = 10.0, 50.0
# Longest side in pixels: about a notebook's column.
LONGEST_SIDE = 1200
# Points of a sketch: drawn in about a tenth of a second.
SKETCHED = 50_000
# Colors of the palette, opacities included; more make a larger file and no better picture.
PALETTE_SIZE = 128
# Of a length that lets the text chunk end on a whole group of base64 characters.
KEYWORD = "mmphate-stand-in"

_logger = logging.getLogger(__name__)

# Takes a mimebundle, an id of the output, and whether to update the outputs of that id.
Publish = Callable[[dict[str, Any], str, bool], None]


class StandIn:
    """Draws and publishes the picture of one widget. Safe to use from several threads.

    ``draw`` makes the PNG, ``sketch`` one that takes less time, None where `draw` takes little
    itself, ``describe`` the text beside it, ``is_moving`` says that the picture runs by itself, so
    that drawing it is idle. ``frame`` may give HTML to show in the PNG's place.
    """

    def __init__(
        self,
        name: str,
        *,
        draw: Callable[[], bytes],
        describe: Callable[[], str],
        is_moving: Callable[[], bool],
        sketch: Callable[[], bytes | None] = lambda: None,
        frame: Callable[[bytes], str | None] = lambda picture: None,
        publish: Publish | None = None,
        worker: Worker = WORKER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = f"mmphate-{name}"
        self._draw, self._describe, self._is_moving = draw, describe, is_moving
        self._sketch, self._frame = sketch, frame
        self._publish = publish
        self._worker = worker
        self._clock = clock
        self._drawing = threading.Lock()
        self._changed = threading.Lock()
        self._touched: float | None = None
        self._rested = 0.0
        self._shown: tuple[bytes, str | None] | None = None
        self._closed = False

    def show(self) -> None:
        """Publish the picture as it is now, as an output where the user's code stands."""
        publish = self._publish or notebook_publisher()
        if publish is None or self._closed:
            return
        self._publish = publish
        try:
            sketch = self._sketch()
            self._show(update=False, sketch=sketch)
            if sketch is not None:
                # The whole picture need not wait as one that follows another does.
                self._rested = 0.0
                self.touch()
        except Exception:
            # The live view, which comes next, matters more.
            _logger.exception("the picture that stays could not be drawn")

    def touch(self) -> None:
        """What is on screen has changed; nothing happens before the first `show`."""
        with self._changed:
            if self._closed or self._shown is None or self._is_moving():
                return
            self._touched = self._clock()
        self._worker.wake(self)

    def close(self) -> None:
        """Publish nothing any more; the picture stays as it is."""
        with self._changed:
            self._closed = True
            self._touched = None

    def wait(self) -> float | None:
        """Seconds until the next picture is due, None when none is."""
        with self._changed:
            if self._touched is None:
                return None
            due = max(self._touched + SETTLE_SECONDS, self._rested)
            return max(0.0, due - self._clock())

    def refresh(self) -> None:
        """Draw now what waits to be drawn; publish it if it differs."""
        try:
            self._show(update=True)
        except Exception:
            # A kernel that ends, or a picture of a state in between: another change tries again.
            _logger.debug("the picture that stays could not be updated", exc_info=True)

    def _show(self, *, update: bool, sketch: bytes | None = None) -> None:
        with self._drawing:
            with self._changed:
                self._touched = None
            # Set in motion again since: the end of the motion will touch.
            if update and self._is_moving():
                return
            started = self._clock()
            picture = self._draw() if sketch is None else sketch
            frame = self._frame(picture)
            now = self._clock()
            self._rested = now + max(SPACING_SECONDS, SPACING_PER_COST * (now - started))
            is_known = update and (picture, frame) == self._shown
            if self._publish is None or self._closed or is_known:
                return
            encoded = base64.b64encode(picture).decode("ascii")
            bundle = {"image/png": encoded, "text/plain": self._describe()}
            if frame is not None:
                bundle["text/html"] = frame
            self._publish(bundle, self._name, update)
            self._shown = (picture, frame)


def encode_stand_in(points: Image.Image, name: str) -> bytes:
    """A small PNG that keeps the opacity and names the widget in its first text chunk."""
    few = points.quantize(PALETTE_SIZE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    info = PngImagePlugin.PngInfo()
    info.add_text(KEYWORD, name)
    buffer = io.BytesIO()
    few.save(buffer, format="PNG", optimize=True, pnginfo=info)
    return buffer.getvalue()


def notebook_publisher() -> Publish | None:
    """What publishes outputs of the notebook that runs this code; None outside of one."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    # A terminal would print the text and has no outputs to update.
    if shell is None or not hasattr(shell, "kernel"):
        return None

    # A capture (``%%capture``) takes the place of `display_pub`, never that of the shell's own one.
    owned = (each for each in shell.configurables if isinstance(each, DisplayPublisher))
    own = next(owned, shell.display_pub)

    def publish(bundle: dict[str, Any], name: str, update: bool) -> None:
        # What is shown inside a capture belongs to it; what is on the page already does not.
        publisher = own if update else shell.display_pub
        publisher.publish(bundle, transient={"display_id": name}, update=update)

    return publish
