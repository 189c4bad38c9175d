// A PNG of the canvas as it stands, on the background that shows through it.

export function capture(canvas: HTMLCanvasElement): Promise<Blob> {
  const flat = canvas.ownerDocument.createElement("canvas");
  flat.width = canvas.width;
  flat.height = canvas.height;
  const context = flat.getContext("2d");
  if (context === null) return Promise.reject(new Error("this browser gives no 2D canvas"));
  context.fillStyle = backgroundOf(canvas);
  context.fillRect(0, 0, flat.width, flat.height);
  // In the same task as the rendering: the drawing buffer is not kept.
  context.drawImage(canvas, 0, 0);
  return new Promise((resolve, reject) => {
    flat.toBlob((blob) => (blob === null ? reject(new Error("the canvas is too large for a PNG")) : resolve(blob)));
  });
}

function backgroundOf(element: HTMLElement): string {
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (backgroundColor !== "transparent" && !/^rgba\(.*, 0\)$/.test(backgroundColor)) return backgroundColor;
  }
  return "white";
}
