// While a hand is on a time control, time must stand still, and run on when it lets go.

import type { Session } from "../state/session";

export interface PlaybackHold {
  begin(): void;
  end(): void;
}

export function createPlaybackHold({ store, actions }: Session): PlaybackHold {
  let resume = false;
  return {
    begin() {
      if (!store.get("playing")) return;
      resume = true;
      actions.setPlaying(false);
    },
    end() {
      if (resume) actions.setPlaying(true);
      resume = false;
    },
  };
}
