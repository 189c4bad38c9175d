// Line drawings of the panel's controls; see icons.ts.

export const PANEL_ICONS = {
  panel: '<path class="mmp-area" d="M15 4.8h4.8v14.4H15z"/><path d="M4.2 4.8h15.6v14.4H4.2zM15 4.8v14.4"/>',
  grow: '<path class="mmp-area" d="M12 9.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8"/><path d="M12 6V3M12 21v-3M6 12H3M21 12h-3M7.8 7.8L5.6 5.6M18.4 18.4l-2.2-2.2M16.2 7.8l2.2-2.2M5.6 18.4l2.2-2.2"/>',
  rename: '<path d="M4.8 19.2l.9-4.2L15.6 5.1l3.3 3.3L9 18.3zM13.5 7.2l3.3 3.3"/>',
  remove: '<path d="M4.8 7.2h14.4M9.6 7.2V4.8h4.8v2.4M6.6 7.2l.9 12h9l.9-12M10.2 10.8v4.8M13.8 10.8v4.8"/>',
} as const satisfies Record<string, string>;
