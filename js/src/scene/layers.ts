// What is drawn, as objects without vertex data: how many vertices, and uniforms that say which.
// Faint points come before lit ones and write no depth, so that they veil nothing.

import { BufferAttribute, BufferGeometry, type IUniform, Mesh, type Object3D, Points, ShaderMaterial } from "three";
import { LINES_FRAGMENT, LINES_VERTEX, POINTS_FRAGMENT, POINTS_VERTEX } from "./shaders";

type Uniforms = Readonly<Record<string, IUniform>>;

export interface Layer {
  readonly object: Object3D;
  readonly material: ShaderMaterial;
  readonly uniforms: Record<string, IUniform>;
  /** Draws this many vertices from now on; 0 hides the layer. */
  show(vertices: number): void;
  /** Draws vertices of these numbers from now on, in this order; undefined as they come. */
  list(numbers: Uint32Array | undefined): void;
  dispose(): void;
}

export const LIT = 0;
export const REST = 1;

export function createPointsLayer(shared: Uniforms, pass: typeof LIT | typeof REST, order: number): Layer {
  const material = new ShaderMaterial({
    vertexShader: POINTS_VERTEX,
    fragmentShader: POINTS_FRAGMENT,
    uniforms: {
      ...shared,
      uPass: { value: pass },
      uSingle: { value: -1 },
      uOnly: { value: -1 },
      uThinning: { value: 1 },
      uListed: { value: false },
      uStep: { value: -1 },
      uFollow: { value: true },
      uRing: { value: false },
      uLitByDefault: { value: true },
      uSize: { value: 4 },
      uFaint: { value: 0.2 },
      uFades: { value: false },
      uFading: { value: [0, 0, 1] },
    },
    transparent: true,
    premultipliedAlpha: true,
    depthWrite: pass === LIT,
  });
  const geometry = new BufferGeometry();
  return layerOf(new Points(geometry, material), geometry, material, order);
}

export function createLinesLayer(shared: Uniforms, pass: typeof LIT | typeof REST, order: number): Layer {
  const material = new ShaderMaterial({
    vertexShader: LINES_VERTEX,
    fragmentShader: LINES_FRAGMENT,
    uniforms: {
      ...shared,
      uPass: { value: pass },
      uOnly: { value: -1 },
      uCasing: { value: false },
      uStep: { value: 0 },
      uThroughEpochs: { value: false },
      uWidth: { value: 1.5 },
      uFaint: { value: 0.06 },
      uStrong: { value: 0.6 },
      uFading: { value: [0, 0, 1] },
    },
    transparent: true,
    premultipliedAlpha: true,
    depthWrite: false,
    side: 2,
  });
  const geometry = new BufferGeometry();
  return layerOf(new Mesh(geometry, material), geometry, material, order);
}

function layerOf(object: Object3D, geometry: BufferGeometry, material: ShaderMaterial, order: number): Layer {
  object.frustumCulled = false;
  object.renderOrder = order;
  object.visible = false;
  return {
    object,
    material,
    uniforms: material.uniforms,
    show(vertices) {
      object.visible = vertices > 0;
      geometry.setDrawRange(0, vertices);
    },
    list(numbers) {
      // Takes the list before off the GPU; the next picture makes anew what it needs.
      geometry.dispose();
      geometry.setIndex(numbers === undefined ? null : new BufferAttribute(numbers, 1));
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
