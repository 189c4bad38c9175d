// Front-most points: the canvas is cut into cells of a few pixels, and in each cell only the point
// of least depth can be taken (of equals, the one of least id). Computed here rather than read from
// the depth buffer, so that Python gets the same answer without a browser.

/** Side of a cell in CSS pixels, about the size of a drawn point. */
export const CELL = 4;

export interface Frontmost {
  /** Offers a point; points must come in ascending order of id. */
  offer(id: number, x: number, y: number, depth: number): void;
  /** Calls back with each cell's winner. */
  forEach(visit: (id: number, x: number, y: number) => void): void;
}

export function createFrontmost(width: number, height: number): Frontmost {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  const winner = new Int32Array(columns * rows).fill(-1);
  const [depths, xs, ys] = [
    new Float64Array(columns * rows),
    new Float64Array(columns * rows),
    new Float64Array(columns * rows),
  ];
  return {
    offer(id, x, y, depth) {
      if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
      const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
      if (winner[cell] !== -1 && depth >= (depths[cell] as number)) return;
      winner[cell] = id;
      depths[cell] = depth;
      xs[cell] = x;
      ys[cell] = y;
    },
    forEach(visit) {
      for (let cell = 0; cell < winner.length; cell++) {
        const id = winner[cell] as number;
        if (id !== -1) visit(id, xs[cell] as number, ys[cell] as number);
      }
    },
  };
}
