// Names for operations: unique over pages and reloads. `crypto.randomUUID` exists on secure origins
// only, and JupyterLab is often served over plain HTTP.

export function uniqueId(): string {
  return hex(4);
}

const PAGE_ID = hex(2);

/** A name of which the first 16 characters are the same for all that this page names. */
export function idOnPage(): string {
  return PAGE_ID + hex(2);
}

function hex(words: number): string {
  const values = crypto.getRandomValues(new Uint32Array(words));
  return Array.from(values, (value) => value.toString(16).padStart(8, "0")).join("");
}
