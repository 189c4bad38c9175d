"""An MP4 that browsers, slides and phones play: H.264 in yuv420p, its index at the front.

The colors are marked as those of BT.709, so that players of any size show them as they were drawn.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

# Rate factor of x264, lower is better: points keep their edges.
QUALITY = 16
# Converts to BT.709 in video range, and says so.
COLORS = (
    *("-vf", "scale=in_range=pc:out_range=tv:out_color_matrix=bt709"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv"),
)


def write_mp4(
    path: Path,
    frames: Iterator[Image.Image],
    sample: Callable[[int], Any],
    fps: float,
    loop: bool,
) -> None:
    """Write frames of even sides; raises ModuleNotFoundError without the extra "video"."""
    from mmphate_widget.widget._ffmpeg import write_frames

    first = next(frames)
    writer = write_frames(
        str(path),
        first.size,
        fps=fps,
        codec="libx264",
        pix_fmt_in="rgb24",
        pix_fmt_out="yuv420p",
        quality=None,
        macro_block_size=2,
        ffmpeg_log_level="error",
        output_params=["-crf", str(QUALITY), "-movflags", "+faststart", *COLORS],
    )
    try:
        writer.send(None)
        writer.send(first.tobytes())
        for frame in frames:
            writer.send(frame.tobytes())
    finally:
        # Ends the encoder, also after an error or Ctrl-C.
        writer.close()
