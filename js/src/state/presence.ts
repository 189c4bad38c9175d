// Whether there is still a kernel: a restart ends the widget's Python object for good. anywidget says
// nothing of it; JupyterLab does, through the widget manager.

/** After these the kernel's memory is gone. */
const ENDS = ["restarting", "autorestarting", "terminating", "dead"];

interface Signal {
  connect(slot: (sender: unknown, status: unknown) => void): void;
  disconnect(slot: (sender: unknown, status: unknown) => void): void;
}

/** Calls `gone` when the kernel ends; returns a function that stops it. */
export function watchKernel(widgetManager: unknown, gone: () => void): () => void {
  const signal = statusSignal(widgetManager);
  const onStatus = (_: unknown, status: unknown) => {
    if (ENDS.includes(String(status))) gone();
  };
  signal?.connect(onStatus);
  return () => signal?.disconnect(onStatus);
}

/** Whether the kernel behind this has ended, as far as the host knows; undefined where it does not say. */
export function kernelEnded(widgetManager: unknown): boolean | undefined {
  const { kernel } = (widgetManager ?? {}) as { kernel?: { status?: unknown; isDisposed?: unknown } | null };
  if (kernel?.isDisposed === true) return true;
  return typeof kernel?.status === "string" ? ENDS.includes(kernel.status) : undefined;
}

/** JupyterLab's signal for the kernel's status; other hosts have none. */
function statusSignal(widgetManager: unknown): Signal | undefined {
  const manager = widgetManager as { kernel?: { statusChanged?: Partial<Signal> } | null } | undefined;
  const signal = manager?.kernel?.statusChanged;
  return typeof signal?.connect === "function" && typeof signal.disconnect === "function"
    ? (signal as Signal)
    : undefined;
}
