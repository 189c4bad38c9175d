// A picture in a file of its own (widget/document.py): the page holds what it shows as JSON, and this
// module as text, which starts by itself. Nothing is loaded from elsewhere.

import type { Picture } from "./index";
import type { OfflineData, OfflineNow } from "./protocol/offline";

const DATA = "mmphate-data";
const PLACE = "mmphate-picture";

type OpenKept = (data: OfflineData, now: OfflineNow) => Promise<Picture>;

/** Whether this document is such a file: no output of a notebook can mark the document itself. */
export function isOwnPage(): boolean {
  return globalThis.document?.documentElement?.dataset.mmphatePage !== undefined;
}

/** Browsers load frames that a notebook hides, too: such a one must not make a picture of its own. */
function comeIntoSight(element: Element): Promise<void> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}

export async function startPage(openKept: OpenKept): Promise<void> {
  const place = document.getElementById(PLACE);
  const text = document.getElementById(DATA)?.textContent;
  if (place === null || text == null) return;
  if (document.documentElement.dataset.mmphatePage === "frame") await comeIntoSight(place);
  try {
    const { data, now } = JSON.parse(text) as { data: OfflineData; now: OfflineNow };
    const picture = await openKept(data, now);
    place.replaceChildren();
    picture.render(place);
  } catch (error) {
    place.textContent = `The picture could not be opened (${String(error)}). It needs a browser of 2023 or later with WebGL 2.`;
    throw error;
  }
}
