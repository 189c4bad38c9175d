"""Points of all epochs as one texture of four floats a texel: a place, and a color as a number.

pythreejs 2.4.2 hands a material only one texture, and only as the last of its uniforms, so color
and opacity share a number that float32 holds exactly: 1 + red·65536 + green·256 + blue for an
opaque point, negative for a faint one, 0 for a hidden one.
"""

import numpy as np
from jaxtyping import Float32, UInt8

# Texels in a row, which every GPU has.
TEXTURE_WIDTH = 2048
OPAQUE = 255


def pack_texels(
    positions: Float32[np.ndarray, "epoch n 3"], colors: UInt8[np.ndarray, "epoch n 4"]
) -> Float32[np.ndarray, "rows columns 4"]:
    """Texel ``epoch * n + column`` of each point, filled up to whole rows."""
    count = positions.shape[0] * positions.shape[1]
    rows = -(-count // TEXTURE_WIDTH)
    texels = np.zeros((rows * TEXTURE_WIDTH, 4), dtype=np.float32)
    texels[:count, :3] = positions.reshape(-1, 3)
    texels[:count, 3] = _codes(colors.reshape(-1, 4))
    return texels.reshape(rows, TEXTURE_WIDTH, 4)


def _codes(colors: UInt8[np.ndarray, "n 4"]) -> Float32[np.ndarray, " n"]:
    red, green, blue, opacity = colors.astype(np.float32).T
    codes = 1 + red * 65536 + green * 256 + blue
    signs = np.where(opacity == OPAQUE, 1, np.where(opacity > 0, -1, 0))
    return np.asarray(codes * signs, dtype=np.float32)
