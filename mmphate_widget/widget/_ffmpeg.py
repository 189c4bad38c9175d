"""The one module that imports imageio-ffmpeg, which brings an ffmpeg of its own."""

try:
    from imageio_ffmpeg import write_frames
except ImportError as error:
    raise ModuleNotFoundError(
        "`save_animation` needs imageio-ffmpeg to write an MP4, which is not installed: "
        'pip install "mmphate-widget[video]". A GIF needs nothing more.',
        name="imageio_ffmpeg",
    ) from error

__all__ = ["write_frames"]
