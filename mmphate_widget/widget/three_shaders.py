"""What pythreejs's materials run on the GPU: points and lines that follow one uniform, the epoch.

All epochs lie in one texture, texel ``epoch * count + column`` (see ``texels.py``); a vertex knows
its column, mixes the places of the two epochs around ``epoch`` and takes the color of the nearest.
In the language of WebGL 1, which three r97 translates where it has WebGL 2.
"""

_MOVING = """
uniform highp sampler2D points;
uniform vec2 texels;
uniform float count;
uniform float last;
uniform float epoch;
uniform float faint;

vec4 point(float e, float column) {
  float k = e * count + column;
  float row = floor((k + 0.5) / texels.x);
  return texture2D(points, (vec2(k - row * texels.x, row) + 0.5) / texels);
}
vec4 colorOf(float column) {
  float code = point(clamp(floor(epoch + 0.5), 0.0, last), column).w;
  float rgb = abs(code) - 1.0;
  float red = floor(rgb / 65536.0);
  float green = floor((rgb - red * 65536.0) / 256.0);
  float blue = rgb - red * 65536.0 - green * 256.0;
  return vec4(vec3(red, green, blue) / 255.0, code == 0.0 ? 0.0 : code > 0.0 ? 1.0 : faint);
}
vec3 placeOf(float column) {
  float below = clamp(floor(epoch), 0.0, last);
  vec3 from = point(below, column).xyz;
  vec3 to = point(min(below + 1.0, last), column).xyz;
  return mix(from, to, clamp(epoch - below, 0.0, 1.0));
}
"""

# Nearer points are larger, as on the page, unless the camera is without perspective.
_SIZE = """
uniform float size;
uniform float reference;

float sizeAt(float depth) {
  float grow = projectionMatrix[3][3] == 1.0 ? 1.0 : clamp(reference / depth, 0.55, 2.2);
  return max(1.0, size * grow);
}
"""

# `lit`: 1 draws what is opaque, 0 what is faint.
MOVING_POINTS_VERTEX = f"""{_MOVING}{_SIZE}
uniform float lit;
attribute float column;
varying vec4 tint;

void main() {{
  tint = colorOf(column);
  gl_PointSize = 1.0;
  gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
  if (tint.a == 0.0 || (tint.a > 0.99) != (lit > 0.5)) return;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(placeOf(column), 1.0);
  gl_PointSize = sizeAt(gl_Position.w);
}}
"""

# `partner` is the column at the segment's other end.
MOVING_LINES_VERTEX = f"""{_MOVING}
uniform float strength;
attribute float column;
attribute float partner;
varying vec4 tint;

void main() {{
  tint = colorOf(column);
  gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
  if (tint.a == 0.0 || colorOf(partner).a == 0.0) return;
  tint.a *= strength;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(placeOf(column), 1.0);
}}
"""

RESTING_VERTEX = f"""{_SIZE}
attribute vec4 shade;
varying vec4 tint;

void main() {{
  tint = shade;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  gl_PointSize = sizeAt(gl_Position.w);
}}
"""

POINTS_FRAGMENT = """
varying vec4 tint;

void main() {
  vec2 away = gl_PointCoord - 0.5;
  if (dot(away, away) > 0.25) discard;
  gl_FragColor = tint;
}
"""

LINES_FRAGMENT = """
varying vec4 tint;

void main() {
  gl_FragColor = tint;
}
"""
