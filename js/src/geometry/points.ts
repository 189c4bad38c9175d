// The bijection between a point's id and its position: id = (epoch * T + step) * H + unit.

import type { Axis } from "../protocol/messages";

export type Shape = readonly [epochs: number, steps: number, units: number];

export interface PointPosition {
  readonly epoch: number;
  readonly step: number;
  readonly unit: number;
}

export function pointId(shape: Shape, epoch: number, step: number, unit: number): number {
  return (epoch * shape[1] + step) * shape[2] + unit;
}

export function pointPosition(shape: Shape, id: number): PointPosition {
  const slice = Math.floor(id / shape[2]);
  return { epoch: Math.floor(slice / shape[1]), step: slice % shape[1], unit: id % shape[2] };
}

export function pointCount(shape: Shape): number {
  return shape[0] * shape[1] * shape[2];
}

/** How far the value of the next epoch, step and unit lies in values over `axes`; 0 for other axes. */
export function stridesOf(axes: readonly Axis[], shape: Shape): [number, number, number] {
  const strides: [number, number, number] = [0, 0, 0];
  const places = { epoch: 0, step: 1, unit: 2 } as const;
  let stride = 1;
  for (const axis of [...axes].reverse()) {
    strides[places[axis]] = stride;
    stride *= shape[places[axis]];
  }
  return strides;
}
