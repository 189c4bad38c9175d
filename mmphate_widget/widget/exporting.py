"""What leaves the notebook: images, movies, pythreejs objects, pages, and the run itself."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmphate_widget._types import PathLike
from mmphate_widget._validation import (
    check_bool,
    check_name,
    check_path,
)
from mmphate_widget.widget.archive import write_archive
from mmphate_widget.widget.kept import to_page
from mmphate_widget.widget.showing import ShowingInstrument

if TYPE_CHECKING:
    from mmphate_widget.widget.three_scene import PythreejsView

# What `save_image` and `save_html` write.
IMAGE_SUFFIX = ".png"
HTML_SUFFIX = ".html"


class ExportingInstrument(ShowingInstrument):
    """An instrument that can be written to files, kept, and handed to other libraries."""

    def save_image(
        self,
        path: PathLike,
        *,
        scale: float = 1.0,
        dark: bool = False,
        transparent: bool = False,
    ) -> Path:
        """Write the current view as a PNG, drawn without a browser; returns its path.

        Parameters
        ----------
        path : str or Path
            Where to write; ends in ``.png``.
        scale : float
            Pixels of the file a CSS pixel.
        dark : bool
            A dark ground.
        transparent : bool
            No ground: the points alone, with their opacity, to lay over anything.

        Raises
        ------
        TypeError, ValueError
            If `path` does not end in ``.png``, `scale` is not between 0.1 and 8, or both `dark`
            and `transparent` are asked for.
        """
        from mmphate_widget.widget.picture import draw_picture, draw_points

        path = check_path(path)
        if path.suffix.lower() != IMAGE_SUFFIX:
            raise ValueError(
                f"`path` must end in {IMAGE_SUFFIX}, the one format there is; got {str(path)!r}."
            )
        check_bool(dark, name="dark")
        if check_bool(transparent, name="transparent"):
            if dark:
                raise ValueError("At most one of `dark` and `transparent` may be True; got both.")
            picture = draw_points(self._drawing(), scale=scale)
        else:
            picture = draw_picture(self._drawing(), scale=scale, dark=dark)
        picture.save(path, format="PNG")
        return path

    def save_animation(
        self,
        path: PathLike,
        *,
        fps: float = 30,
        size: tuple[int, int] | None = None,
        seconds: float | None = None,
        speed: float | None = None,
        epochs: Any = None,
        turn: float = 0,
        scale: float = 1.0,
        dark: bool = False,
        loop: bool | None = None,
        progress: bool = True,
    ) -> Path:
        """Write training as a movie, drawn without a browser as `save_image`; returns its path.

        It starts from what is on screen: view, coloring, filters, hidden units, step, selection.
        The epochs run as they do on the page, points moving between recorded ones. The file
        appears when it is complete; an error or Ctrl-C leaves nothing, and an older file alone.

        Parameters
        ----------
        path : str or Path
            Where to write. ``.mp4`` (H.264, plays in browsers and slides; needs the extra
            "video") or ``.gif``.
        fps : float, default=30
            Frames a second: at least 1, at most 120 in an MP4, 50 in a GIF.
        size : (int, int), default=None
            Width and height in CSS pixels, between 16 and 4096. None: those of the view. What
            the view shows stays in the picture, whatever its shape. An MP4's pixels are rounded
            up to even numbers.
        seconds : float, default=None
            How long the animation is, between 0.04 and 3600. None: by `speed`.
        speed : float, default=None
            In place of `seconds`: epochs a second. None: ``w.speed``.
        epochs : sequence of float, default=None
            0-based positions that the epoch passes, in this order: ``(10, 40)`` plays part of
            training, ``(59, 0)`` plays it backwards, ``[59]`` stands still. None: from the first
            to the last.
        turn : float, default=0
            Degrees that the camera turns over the whole, counterclockwise seen from above.
        scale : float, default=1
            Pixels of the file a CSS pixel, between 0.1 and 8; points grow with it.
        dark : bool, default=False
            A dark ground.
        loop : bool, default=None
            Whether a GIF starts over for ever. None: yes. Players of an MP4 decide themselves.
        progress : bool, default=True
            Show a progress bar on stderr.

        Raises
        ------
        ModuleNotFoundError
            If imageio-ffmpeg is not installed (extra "video") and `path` ends in ``.mp4``.
        FileNotFoundError, IsADirectoryError
            If the folder of `path` does not exist, or `path` is a folder.
        TypeError, ValueError
            If `path` ends otherwise, `seconds` and `speed` are both given, `seconds` is missing
            where a single epoch is shown, there would be more than 54,000 frames, or another
            argument is not as stated.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> Y = np.random.default_rng(0).normal(size=(5, 4, 6, 3)).cumsum(axis=0)
        >>> w = mm.MMPHATEWidget(Y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = w.save_animation(f"{folder}/run.gif", size=(160, 120), progress=False)
        ...     path.name
        'run.gif'
        """
        from mmphate_widget.widget.animation import save_animation

        return save_animation(
            check_path(path),
            drawing=self._drawing(),
            own_speed=self.speed,
            fps=fps,
            size=size,
            seconds=seconds,
            speed=speed,
            epochs=epochs,
            turn=turn,
            scale=scale,
            dark=dark,
            loop=loop,
            progress=progress,
        )

    def to_pythreejs(self, *, dark: bool = False) -> "PythreejsView":
        """The current view as pythreejs objects, to be put together with others.

        Colors, sizes, filters, hidden units, step and selection are those on screen, as they are
        now: later changes of the widget do not reach the objects. An animation plays the epochs,
        points moving between recorded ones, at ``w.speed`` a second; it needs no kernel. Unlike on
        screen lines are a pixel wide, and points of the current epoch opaque.

        Parameters
        ----------
        dark : bool, default=False
            A dark ground.

        Returns
        -------
        PythreejsView
            ``.renderer``, ``.scene``, ``.camera``, ``.controls``; ``.group`` with ``.points``,
            ``.faint``, ``.lines`` and ``.trail``; ``.clip`` and ``.action``. It is shown, with
            buttons to play, by being a cell's last line.

        Raises
        ------
        ModuleNotFoundError
            If pythreejs is not installed (extra "pythreejs").
        ValueError
            If more than 2,000,000 points of all epochs would have to be sent, or none.

        Examples
        --------
        A sphere among the points, where pythreejs is installed:

        .. code-block:: python

            import pythreejs as three
            view = w.to_pythreejs()
            ball = three.Mesh(three.SphereGeometry(0.1), three.MeshBasicMaterial(color="red"))
            view.group.add(ball)
            view.action.play()
        """
        from mmphate_widget.widget.three_scene import make_pythreejs

        dark = check_bool(dark, name="dark")
        return make_pythreejs(self._drawing(), speed=self.speed, dark=dark)

    def save_html(self, path: PathLike, *, title: str | None = None) -> Path:
        """Write the picture as one HTML file that needs neither Python nor a network.

        Opened from disk it plays, seeks, turns, colors by every channel, filters, looks units up,
        lassoes with undo and redo, selects the groups and makes new ones, and gives the selection
        as JSON, copied or saved. It holds the coordinates as they are, in float32, so that a
        lasso takes the same ids as here; every channel; names, curves, view, coloring, filters,
        selection and groups as they stand; and the activity of units, where that needs at most
        3 MB: else without classes, or not at all. The history of the selection begins anew.
        The activations themselves are not in it. A file at `path` is replaced.

        Parameters
        ----------
        path : str or Path
            Where to write; ends in ``.html``.
        title : str, optional
            Heading of the page. Default: what the picture holds.

        Returns
        -------
        Path
            The file's path.

        Raises
        ------
        TypeError, ValueError
            If `path` does not end in ``.html``, or `title` is not a string or empty.

        Examples
        --------
        What a reader has saved in the page comes back to Python by its ids:

        >>> import json
        >>> from pathlib import Path
        >>> def take_back(w, path):
        ...     return w.select(points=json.loads(Path(path).read_text())["points"])
        """
        path = check_path(path)
        if path.suffix.lower() != HTML_SUFFIX:
            raise ValueError(
                f"`path` must end in {HTML_SUFFIX}, the one format there is; got {str(path)!r}."
            )
        if title is not None:
            check_name(title, name="title")
        # What UTF-8 cannot hold stands as a number.
        path.write_text(self._write_document(title), "utf-8", "xmlcharrefreplace", newline="\n")
        return path

    # -- tomorrow ----------------------------------------------------------------------------

    def save(self, path: PathLike) -> Path:
        """Keep the run in one file that `mm.load` opens after a restart; returns its path.

        Coordinates, parameters, view, coloring, selection with its undo history, groups, names
        and curves are in the file; the trace is referred to by its place and a hash of its
        data. A run kept at `path` is replaced once the new file is complete.

        Parameters
        ----------
        path : str or Path
            Where to write, by custom ending in ".mm".

        Raises
        ------
        FileExistsError
            If there is something at `path` other than a kept run.

        Warns
        -----
        UserWarning
            If the trace lies in no file, or another in its place: a restart would lose it.
        """
        path = check_path(path)
        kept = self._kept()
        write_archive(path, *to_page(kept, path.absolute().parent))
        if self.trace is not None and kept.trace is not None and not kept.trace.is_there():
            source = kept.trace.path
            is_replaced = source is not None and source.exists()
            where = f": {source} holds something else now" if is_replaced else ""
            warnings.warn(
                f"The trace is not in the file, and not saved elsewhere{where}. Keep it with "
                "w.trace.save(...), then save again.",
                UserWarning,
                stacklevel=2,
            )
        return path

    def embed(self, on: bool = True) -> None:
        """Keep the numbers in the notebook, too, so that it shows a live picture without a kernel.

        A notebook keeps outputs, and by itself only a small PNG of the widget. After
        ``w.embed()``:

        - The output that holds the PNG holds the picture of `save_html`, too, in a frame that is
          cut off from the page around it. It shows where the live view is gone: in a notebook
          that is exported to HTML (``jupyter nbconvert --to html``), opened from disk without a
          network, and in JupyterLab, where the notebook is trusted. A host that shows no frames
          shows the PNG.
        - The widget's state holds the same. Where a notebook is saved with the state of its
          widgets (an option of JupyterLab, off by default; nbclient's default), the view itself
          is live again without a kernel. A widget inside another has this alone, as it was when
          `embed` was called.

        Both hold what `save_html` says, with about its size each, and follow what comes to rest
        on screen as the PNG does, some seconds later: call it again to have what is there now.
        ``w.embed(False)`` takes the numbers out of both; without `embed` they are in neither.

        Parameters
        ----------
        on : bool
            Whether to keep them.

        Raises
        ------
        TypeError
            If `on` is not True or False.
        """
        self._embed(check_bool(on, name="on"))
