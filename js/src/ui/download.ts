// Hands a file to the browser's downloads.

export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The click starts the download in a task of its own.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
