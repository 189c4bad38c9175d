// Sessions that a link holds together and that live on one page: what a hand or the clock moves in one
// is moved in the others at once, without the kernel. The kernel links the widgets, too, and for every
// page; so that nothing is done twice, who went along here says nothing of it, and the mover says who
// did. Words of several sessions may overtake one another: moves that were made together are numbered.

import { correspond } from "../geometry/correspond";
import type { Joint, LinkInfo, Moved } from "../protocol/messages";
import type { State, Store } from "./session";

/** What is carried along on a page; the kernel alone links the rest. */
export type Carried = "epoch" | "playing" | "speed" | "direction" | "loop" | "view";

export interface Member {
  /** Names the session. */
  readonly page: string;
  readonly store: Store;
  /** Whether a view of it is on the page, so that its clock can run. */
  isShown(): boolean;
  /** Goes where another has moved, and does not say so. */
  follow(name: Carried, value: State[Carried], joint: Joint): void;
  /** Goes back to where its kernel is, where it followed this move. */
  unfollow(name: keyof Moved, joint: Joint): void;
}

export interface Company {
  join(member: Member): () => void;
  /** Lets others go along with what `member` has moved; undefined where there are none. */
  carry(member: Member, name: keyof Moved): Joint | undefined;
  /** A move gave way to another's: the kernel may never hear of it, and so not say where others are. */
  release(name: keyof Moved, joint: Joint): void;
  /** False while another that is linked to it moves the epoch for both. */
  leads(member: Member): boolean;
}

type Translate = (from: Store, to: Store) => State[Carried];

const TRANSLATE: Readonly<Record<Carried, Translate>> = {
  epoch: (from, to) => correspond(from.get("epoch"), from.get("meta").epochs, to.get("meta").epochs),
  playing: (from) => from.get("playing"),
  speed: (from) => from.get("speed"),
  direction: (from) => from.get("direction"),
  loop: (from) => from.get("loop"),
  // Each canvas keeps its size.
  view: (from, to) => {
    const { width, height } = to.get("view");
    return { ...from.get("view"), width, height };
  },
};

export function createCompany(): Company {
  const members = new Set<Member>();
  let count = 0;
  const linkedTo = (member: Member, name: Carried) => {
    const ids = linksOf(member, name).map(({ id }) => id);
    return [...members].filter((other) => other !== member && linksOf(other, name).some(({ id }) => ids.includes(id)));
  };
  return {
    join(member) {
      members.add(member);
      return () => {
        members.delete(member);
      };
    },
    carry(member, name) {
      if (!isCarried(name) || linksOf(member, name).length === 0) return undefined;
      // Each after the one that it follows; a map that grows while it is gone through, for chains.
      const leaders = new Map([[member, member]]);
      for (const [from] of leaders) {
        for (const to of linkedTo(from, name)) if (!leaders.has(to)) leaders.set(to, from);
      }
      if (leaders.size === 1) return undefined;
      const joint = { at: ++count, pages: [...leaders.keys()].map(({ page }) => page) };
      leaders.delete(member);
      for (const [to, from] of leaders) to.follow(name, TRANSLATE[name](from.store, to.store), joint);
      return joint;
    },
    release(name, joint) {
      for (const member of members) if (joint.pages.includes(member.page)) member.unfollow(name, joint);
    },
    leads(member) {
      const isRunning = (other: Member) => other.isShown() && other.store.get("playing");
      return !linkedTo(member, "playing").some((other) => isRunning(other) && goesBefore(other, member));
    },
  };
}

function isCarried(name: keyof Moved): name is Carried {
  return name in TRANSLATE;
}

function linksOf({ store }: Member, name: Carried): readonly LinkInfo[] {
  return (store.get("meta").links ?? []).filter(({ names }) => names.includes(name));
}

/** Which of two that play moves the epoch: the one with more epochs; the same on every page. */
function goesBefore(one: Member, other: Member): boolean {
  const [here, there] = [one.store.get("meta"), other.store.get("meta")];
  if (here.shape[0] !== there.shape[0]) return here.shape[0] > there.shape[0];
  if (here.generation !== there.generation) return here.generation < there.generation;
  return one.page < other.page;
}

/** All sessions of the page: they share this module. */
export const COMPANY = createCompany();
