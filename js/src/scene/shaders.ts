// The picture is computed from point ids: a vertex knows its number, from it epoch, step and unit,
// and fetches everything else from textures. Positions between two epochs are mixed here, so a scrub
// writes one uniform. `uFollow` draws the points of the current epoch, else each at its own.

import { GLSL_STRENGTH } from "../geometry/age";
import { GLSL_COLOR_INDEX } from "../palette/palette";
import { WIDTH } from "./packed-texture";

/** How large points that are not lit are. */
export const UNLIT_SIZE = 0.85;
const WIDTH_BITS = Math.log2(WIDTH);

const COMMON = /* glsl */ `
uniform sampler2DArray uPositions;
uniform sampler2DArray uValues;
uniform usampler2DArray uMask;
uniform usampler2DArray uHidden;
uniform usampler2DArray uUnits;
uniform sampler2D uPalette;
uniform ivec4 uRows;
uniform ivec3 uShape;
uniform ivec3 uStride;
uniform int uKind;
uniform vec2 uLimits;
uniform int uColors;
uniform float uEpoch;
// First and last epoch shown, first and last step.
uniform ivec4 uWindow;
uniform int uStep;
uniform bool uFollow;
uniform bool uHasSelection;
uniform bool uHasHidden;
uniform float uPixelRatio;

ivec3 texel(int index, int rows) {
  int row = index >> ${WIDTH_BITS};
  return ivec3(index & ${WIDTH - 1}, row % rows, row / rows);
}
${GLSL_COLOR_INDEX}
int nearestEpoch() { return clamp(int(floor(uEpoch + 0.5)), 0, uShape.x - 1); }
int pointId(int e, int t, int i) { return (e * uShape.y + t) * uShape.z + i; }

// xyz and whether the point is here.
vec4 at(int e, int t, int i) { return texelFetch(uPositions, texel(pointId(e, t, i), uRows.x), 0); }

vec4 follow(int t, int i) {
  int below = clamp(int(floor(uEpoch)), 0, uShape.x - 1);
  vec4 from = at(below, t, i);
  vec4 to = at(min(below + 1, uShape.x - 1), t, i);
  if (to.w == 0.0) return from;
  return from.w == 0.0 ? from : vec4(mix(from.xyz, to.xyz, uEpoch - float(below)), 1.0);
}

bool selected(int id) { return ((texelFetch(uMask, texel(id >> 3, uRows.z), 0).r >> uint(id & 7)) & 1u) == 1u; }
uint unitFlags(int i) { return texelFetch(uUnits, texel(i, uRows.w), 0).r; }
// By the legend; its bits lie as those of the selection.
bool filtered(int id) {
  return uHasHidden && ((texelFetch(uHidden, texel(id >> 3, uRows.z), 0).r >> uint(id & 7)) & 1u) == 1u;
}
bool outside(int e, int t) { return e < uWindow.x || e > uWindow.y || t < uWindow.z || t > uWindow.w; }
bool hidden(int e, int t, int i) {
  return outside(e, t) || (unitFlags(i) & 1u) == 1u || filtered(pointId(e, t, i));
}
bool promoted(int i) { return (unitFlags(i) & 2u) == 2u; }

vec3 colorAt(int e, int t, int i) {
  ivec3 place = ivec3(e, t, i) * uStride;
  float value = texelFetch(uValues, texel(place.x + place.y + place.z, uRows.y), 0).r;
  return texelFetch(uPalette, ivec2(colorIndex(value, uKind, uLimits, uColors), 0), 0).rgb;
}

const vec4 NOWHERE = vec4(0.0, 0.0, 2.0, 1.0);
`;

/**
 * Points. `uPass`: 0 draws what is lit, 1 the rest. `uSingle`: a single point's id, or -1. `uOnly`: the
 * one unit whose points are drawn, all lit, or -1. One in `uThinning` of all points is drawn. `uListed`:
 * vertices are numbered by point ids, else by the points that `uStep` and `uFollow` leave.
 */
export const POINTS_VERTEX = /* glsl */ `${COMMON}${GLSL_STRENGTH}
uniform int uPass;
uniform int uSingle;
uniform int uOnly;
uniform int uThinning;
uniform bool uListed;
uniform float uSize;
uniform float uReference;
uniform float uFaint;
uniform bool uLitByDefault;
uniform bool uFades;
varying vec4 vColor;
varying float vSize;

void main() {
  int v = uSingle >= 0 ? uSingle : gl_VertexID * uThinning;
  bool only = uOnly >= 0;
  int unit = only ? uOnly : v % uShape.z;
  int slice = only ? v : v / uShape.z;
  bool whole = uSingle >= 0;
  bool byId = whole || uListed || uStep < 0;
  int t = byId ? slice % uShape.y : uStep;
  int e = byId ? slice / uShape.y : slice;
  if (uFollow) e = nearestEpoch();
  bool lit = only || (uHasSelection ? selected(pointId(e, t, unit)) : uLitByDefault);
  vec4 place = uFollow ? follow(t, unit) : at(e, t, unit);
  gl_Position = NOWHERE;
  gl_PointSize = 1.0;
  vColor = vec4(0.0);
  bool otherPass = !whole && lit != (uPass == 0);
  bool otherStep = uListed && uStep >= 0 && t != uStep;
  if (place.w == 0.0 || hidden(e, t, unit) || otherPass || otherStep) return;
  gl_Position = projectionMatrix * viewMatrix * vec4(place.xyz, 1.0);
  float grow = clamp(uReference / gl_Position.w, 0.55, 2.2);
  // The points of a trail by their epoch, those along lines through steps by their step.
  float run = max(1.0, float(uFollow ? uWindow.w - uWindow.z : uShape.x - 1));
  float age = (uFollow ? float(uWindow.w - t) : uEpoch - float(e)) / run;
  float strength = uFades ? max(uFollow ? 0.5 : 0.35, strengthAt(age, 0.5 / run)) : 1.0;
  vSize = max(1.0, uSize * uPixelRatio * grow * (lit ? 1.0 : ${UNLIT_SIZE}));
  gl_PointSize = vSize + 1.0;
  vColor = vec4(colorAt(e, t, unit), (lit ? 1.0 : uFaint) * (lit && uHasSelection ? 1.0 : strength));
}`;

export const POINTS_FRAGMENT = /* glsl */ `
uniform int uPass;
uniform bool uRing;
uniform vec3 uInk;
varying vec4 vColor;
varying float vSize;

void main() {
  // Distance from the middle in pixels; the edge is one pixel soft.
  float radius = 0.5 * vSize;
  float away = length(gl_PointCoord - 0.5) * (vSize + 1.0);
  float cover = clamp(radius - away + 0.5, 0.0, 1.0);
  if (uRing) {
    cover *= clamp(away - radius + 2.5, 0.0, 1.0);
    gl_FragColor = vec4(uInk, 1.0) * cover;
    return;
  }
  // Lit points hide what is behind them, so their soft edge must not.
  if (cover < (uPass == 0 ? 0.4 : 0.02)) discard;
  // A rim sets points apart from each other, and dark ones from a dark page: there it is light.
  bool darkPage = dot(uInk, vec3(1.0 / 3.0)) > 0.5;
  float rim = radius > 1.5 ? (darkPage ? 0.5 : 0.25) * smoothstep(0.55, 1.0, away / radius) : 0.0;
  float alpha = vColor.a * cover;
  gl_FragColor = vec4(mix(vColor.rgb, darkPage ? uInk : vec3(0.0), rim) * alpha, alpha);
}`;

/**
 * A ribbon, of six vertices for each segment, as wide as `uWidth` CSS pixels at any resolution where it
 * is newest. Segments that follow each other share the edge between them, halfway between their
 * directions, so that it has neither gaps nor places drawn twice. `uPass` as for points. `uOnly`: the
 * one unit whose line is drawn, wholly lit, or -1; `uCasing` draws what shows at its sides.
 */
export const LINES_VERTEX = /* glsl */ `${COMMON}${GLSL_STRENGTH}
uniform int uPass;
uniform int uOnly;
uniform bool uCasing;
uniform vec3 uInk;
uniform bool uThroughEpochs;
uniform vec2 uViewport;
uniform float uWidth;
uniform float uFaint;
uniform float uStrong;
uniform float uNear;
varying vec4 vColor;
varying float vAcross;
varying float vWidth;

// How far a sharp turn may reach beyond its corner, in half widths, and how thin a line gets with age.
const float LONGEST_MITER = 2.5;
const float OLDEST_WIDTH = 0.5;

// Epoch and step of a point of the line.
ivec2 place(int index) { return uThroughEpochs ? ivec2(index, uStep) : ivec2(nearestEpoch(), index); }

// Where a point of the line is in clip space; w = 0 for one that is not drawn.
vec4 clipAt(int index, int unit) {
  ivec2 p = place(index);
  vec4 found = uThroughEpochs ? at(p.x, p.y, unit) : follow(p.y, unit);
  if (found.w == 0.0 || hidden(p.x, p.y, unit)) return vec4(0.0);
  vec4 clip = projectionMatrix * viewMatrix * vec4(found.xyz, 1.0);
  return clip.w <= uNear ? vec4(0.0) : clip;
}

// Direction on the canvas, 0 where there is none.
vec2 direction(vec4 from, vec4 to) {
  vec2 along = (to.xy / to.w - from.xy / from.w) * uViewport;
  float size = length(along);
  return size > 0.0 ? along / size : vec2(0.0);
}

float strengthOf(int index) {
  if (uOnly >= 0) return 1.0;
  float run = max(1.0, float(uThroughEpochs ? uShape.x - 1 : uWindow.w - uWindow.z));
  float now = uThroughEpochs ? uEpoch : uStep >= 0 ? float(uStep) : float(uWindow.w);
  return strengthAt((now - float(index)) / run, 0.5 / run);
}

void main() {
  int segment = gl_VertexID / 6;
  int corner = gl_VertexID % 6;
  bool end = corner == 1 || corner == 2 || corner == 4;
  float side = corner == 0 || corner == 1 || corner == 5 ? -1.0 : 1.0;
  bool only = uOnly >= 0;
  int unit = only ? uOnly : segment % uShape.z;
  int index = only ? segment : segment / uShape.z;
  gl_Position = NOWHERE;
  vColor = vec4(0.0);
  vAcross = side;
  vWidth = 0.0;
  ivec2 from = place(index);
  ivec2 to = place(index + 1);
  bool lit = only || !uHasSelection || promoted(unit) || selected(pointId(from.x, from.y, unit))
    || selected(pointId(to.x, to.y, unit));
  if (lit != (uPass == 0)) return;
  vec4 a = clipAt(index, unit);
  vec4 b = clipAt(index + 1, unit);
  if (a.w == 0.0 || b.w == 0.0) return;

  vec2 along = direction(a, b);
  if (along == vec2(0.0)) along = vec2(1.0, 0.0);
  int next = end ? index + 2 : index - 1;
  bool goesOn = next >= 0 && next < (uThroughEpochs ? uShape.x : uShape.y);
  vec4 c = goesOn ? clipAt(next, unit) : vec4(0.0);
  vec2 beside = c.w == 0.0 ? vec2(0.0) : end ? direction(b, c) : direction(c, a);
  vec2 halfway = along + beside;
  // At a sharper turn an edge halfway reaches too far, or leaves no width: there the ribbon ends square.
  vec2 tangent = length(halfway) * LONGEST_MITER > 2.0 ? normalize(halfway) : along;
  float stretch = 1.0 / dot(tangent, along);

  float strength = strengthOf(end ? index + 1 : index);
  vWidth = uWidth * (only ? 1.0 : mix(OLDEST_WIDTH, 1.0, strength));
  vec4 clip = end ? b : a;
  clip.xy += vec2(-tangent.y, tangent.x) * stretch * side * (vWidth + 1.0) / uViewport * clip.w;
  gl_Position = clip;
  vec3 color = end ? colorAt(to.x, to.y, unit) : colorAt(from.x, from.y, unit);
  vColor = vec4(uCasing ? uInk : color, (lit ? uStrong : uFaint) * strength);
}`;

export const LINES_FRAGMENT = /* glsl */ `
uniform float uPixelRatio;
varying vec4 vColor;
varying float vAcross;
varying float vWidth;

void main() {
  float away = abs(vAcross) * 0.5 * (vWidth + 1.0) * uPixelRatio;
  float alpha = vColor.a * clamp(0.5 * vWidth * uPixelRatio - away + 0.5, 0.0, 1.0);
  gl_FragColor = vec4(vColor.rgb * alpha, alpha);
}`;
