// Names for operations: unique over pages and reloads. `crypto.randomUUID` exists on secure origins
// only, and JupyterLab is often served over plain HTTP.

export function uniqueId(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}
