// Operations that wait for the kernel's answer, as they were sent. They are sent again, in their
// order, until an answer names them; the kernel does each once.

import type { Operated } from "../protocol/messages";
import type { ModelLink } from "./model";

export interface Outbox {
  /** Ids that wait for an answer, in their order. */
  waiting(): string[];
  send(message: Operated, payload: readonly Uint8Array[]): void;
  sendAgain(): void;
  forget(ids: readonly string[]): void;
}

export function createOutbox(link: Pick<ModelLink, "send">): Outbox {
  const unanswered = new Map<string, { readonly message: Operated; readonly payload: readonly Uint8Array[] }>();
  return {
    waiting: () => [...unanswered.keys()],
    send(message, payload) {
      unanswered.set(message.id, { message, payload });
      link.send(message, ...payload);
    },
    sendAgain() {
      for (const { message, payload } of unanswered.values()) link.send(message, ...payload);
    },
    forget(ids) {
      for (const id of ids) unanswered.delete(id);
    },
  };
}
