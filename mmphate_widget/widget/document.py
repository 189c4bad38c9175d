r"""A picture in one file of HTML that needs neither network nor kernel, and a frame for notebooks.

The file holds the front end as text, the data as JSON and a content security policy that allows
this one script by its hash and no source elsewhere. What a user wrote is escaped: as text in HTML,
and inside the JSON, where ``<`` would end the script, as \u003c.
"""

import base64
import html
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from mmphate_widget.widget.bundle import FRONT_END, read_script

# Pixels of a frame besides the canvas: toolbar, time, curves, status line, groups.
FRAME_MARGIN = 360

# The front end writes its style sheet into the page, so that styles are allowed inside it.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: #ffffff; color: #2b3036; font: 14px/1.5 system-ui, sans-serif; }
[data-mmphate-page="file"] body { max-width: 1240px; margin: 0 auto; padding: 14px 18px 24px; }
h1 { margin: 0 0 10px; font-size: 18px; font-weight: 600; overflow-wrap: anywhere; }
p { max-width: 90ch; margin: 10px 0 0; color: #5b636d; font-size: 13px; }
code { font-size: 12px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  :root, body { background: #111418; color: #dde1e6; }
  p { color: #a0a9b3; }
}
"""
_DOCUMENT = """<!doctype html>
<html lang="en" data-mmphate-page="{kind}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mmphate-widget">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{head}<main id="mmphate-picture">This picture needs JavaScript.</main>
{foot}<script type="application/json" id="mmphate-data">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""
# A host that shows no frames (a code host, a notebook that is not trusted) drops the style, too,
# and with that shows the image.
_FRAME = (
    "<style>iframe.mmphate-frame + img {{ display: none; }}</style>"
    '<iframe class="mmphate-frame" title="{title}" sandbox="allow-scripts allow-downloads" '
    'allow="clipboard-write *; fullscreen *" loading="lazy" width="100%" height="{height}" '
    'style="border: 0; max-width: 100%;" srcdoc="{document}"></iframe>'
    '<img alt="{title}" src="data:image/png;base64,{image}">'
)


def make_document(
    data: Mapping[str, Any], now: Mapping[str, Any], *, title: str, about: str
) -> str:
    """The file: a heading, the picture, and below it ``about`` what it holds (HTML)."""
    head = f"<header><h1>{html.escape(title)}</h1></header>\n"
    return _fill("file", data, now, title=title, head=head, foot=f"<footer>{about}</footer>\n")


def make_frame(
    data: Mapping[str, Any], now: Mapping[str, Any], *, title: str, height: int, image: bytes
) -> str:
    """The same as an output of a notebook: a frame of its own, cut off from the page around it.

    ``image``, a PNG, is shown in its place where a host allows no frames.
    """
    document = _fill("frame", data, now, title=title, head="", foot="")
    return _FRAME.format(
        title=html.escape(title),
        height=height + FRAME_MARGIN,
        # In double quotes only these two have a meaning.
        document=document.replace("&", "&amp;").replace('"', "&quot;"),
        image=base64.b64encode(image).decode("ascii"),
    )


def _fill(
    kind: str,
    data: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    title: str,
    head: str,
    foot: str,
) -> str:
    script = inline_script(read_script(FRONT_END))
    digest = base64.b64encode(sha256(script.encode()).digest()).decode("ascii")
    text = json.dumps({"data": data, "now": now}, allow_nan=False)
    return _DOCUMENT.format(
        kind=kind,
        policy=_POLICY.format(digest=digest),
        title=html.escape(title),
        style=_STYLE,
        head=head,
        foot=foot,
        data=text.replace("<", "\\u003c"),
        script=script,
    )


def inline_script(code: str) -> str:
    r"""A script's text as it may stand in HTML: nothing in it ends the element or hides its end.

    Both sequences occur in strings and regular expressions alone, where \x3c stands for ``<``.
    Lines end as the browser reads them, whose text is what the policy's hash is of.
    """
    plain = code.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("</script", "\\x3c/script").replace("<!--", "\\x3c!--")
