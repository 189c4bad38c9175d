// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { createViewCommands } from "../../src/ui/view-commands";
import { createFakeScene, createFakeSession } from "./fake-session";

afterEach(() => vi.restoreAllMocks());
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("saveImage", () => {
  it("downloads a PNG named after the recorded epoch", async () => {
    const saved: string[] = [];
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:picture");
    const revoke = vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const root = document.createElement("div");
    createViewCommands(createFakeSession({ epoch: 2.6 }), root, createFakeScene(root)).saveImage();
    await settle();
    expect(saved).toEqual(["mmphate-epoch-9.png"]);
    expect(revoke).toHaveBeenCalledWith("blob:picture");
  });

  it("says so when it fails", async () => {
    const session = createFakeSession();
    const root = document.createElement("div");
    const scene = { ...createFakeScene(root), capture: () => Promise.reject(new Error("context lost")) };
    createViewCommands(session, root, scene).saveImage();
    await settle();
    expect(session.store.get("notice")).toBe("The image could not be saved: Error: context lost");
  });
});

describe("toggleFullScreen", () => {
  it("takes the whole widget and says so when the browser refuses", async () => {
    const session = createFakeSession();
    const root = document.createElement("div");
    Object.defineProperty(document, "fullscreenElement", { configurable: true, value: null });
    const request = vi.fn(() => Promise.reject(new Error("not allowed")));
    Object.assign(root, { requestFullscreen: request });
    createViewCommands(session, root, createFakeScene(root)).toggleFullScreen();
    await settle();
    expect(request).toHaveBeenCalledOnce();
    expect(session.store.get("notice")).toMatch(/refused.*not allowed/);
  });
});
