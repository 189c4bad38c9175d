// Lines take the color of the text around the canvas. Tells when that may have changed: the host or
// the system switched between light and dark, or the window moved to a screen of other resolution.

import { createDisposer } from "../util/disposable";

export function watchTheme(host: HTMLElement, changed: () => void): () => void {
  const disposer = createDisposer();
  const observer = new MutationObserver(changed);
  const marked = [
    host.ownerDocument.documentElement,
    host.ownerDocument.body,
    host.closest<HTMLElement>("[data-theme]"),
  ];
  for (const element of marked) {
    if (element !== null) observer.observe(element, { attributes: true });
  }
  disposer.add(() => observer.disconnect());
  disposer.listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", changed);
  disposer.add(watchResolution(changed));
  return disposer.dispose;
}

/** A resolution query tells only of leaving that resolution, so each change needs a new one. */
function watchResolution(changed: () => void): () => void {
  let query: MediaQueryList | undefined;
  const next = () => {
    query?.removeEventListener("change", onChange);
    query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", onChange);
  };
  const onChange = () => {
    next();
    changed();
  };
  next();
  return () => query?.removeEventListener("change", onChange);
}
