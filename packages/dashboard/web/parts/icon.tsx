import type { JSX } from 'preact';

/** Drawn on 16 × 16, in the text's colour. */
const PATHS = {
  overview: 'M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5h-4.5zM9 8.5h4.5v5h-4.5zM2.5 11h4.5v2.5h-4.5z',
  lanes: 'M2.5 4h8M2.5 8h11M2.5 12h6M12.5 2.5v3M10.5 10.5v3',
  jobs: 'M3 3.5h10M3 8h10M3 12.5h10',
  failures: 'M8 2.2 14.2 13H1.8zM8 6.5v3M8 11.3v.1',
  groups:
    'M5.5 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM2 13c0-2 1.5-3.5 3.5-3.5S9 11 9 13M11 7.5a1.8 1.8 0 1 0-.6-3.5M10.9 9.6c1.8.1 3.1 1.5 3.1 3.4',
  schedules: 'M3 4h10v9.5H3zM3 7h10M5.8 2.5v3M10.2 2.5v3',
  processes: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1',
  health: 'M1.5 8.5h3l1.5-4.5 3 8.5 2-4h3.5',
  settings: 'M2.5 4.5h6M11.5 4.5h2M10 3v3M2.5 11.5h2M7.5 11.5h6M6 10v3',
  check: 'm3.5 8.5 3 3 6-7',
  cross: 'm4 4 8 8M12 4l-8 8',
  ban: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM4 4l8 8',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5',
  hourglass:
    'M4.5 2.5h7M4.5 13.5h7M5.2 2.5c0 3 2.8 3.7 2.8 5.5s-2.8 2.5-2.8 5.5M10.8 2.5C10.8 5.5 8 6.2 8 8s2.8 2.5 2.8 5.5',
  ready: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2',
  play: 'm5 3 7.5 5L5 13z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  spinner: 'M8 2a6 6 0 1 1-5.6 3.8',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7L13 5.5M13 2.5v3h-3',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7l3.3 3.3',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  bolt: 'M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z',
  plug: 'M5.5 2v3.5M10.5 2v3.5M3.5 5.5h9V8a4.5 4.5 0 0 1-9 0zM8 12.5V15',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  inbox: 'M2.5 9 4.5 3h7l2 6v4.5h-11zM2.5 9h3.3l1 2h2.4l1-2h3.3',
  left: 'm10 3.5-4.5 4.5 4.5 4.5',
  right: 'm6 3.5 4.5 4.5L6 12.5',
  up: 'M8 13V3.5M4 7.2 8 3.2l4 4',
} as const satisfies Record<string, string>;

export type IconName = keyof typeof PATHS;

/** A glyph beside a word: it says nothing to who cannot see it. */
export function Icon({ name, spin }: { readonly name: IconName; readonly spin?: 'spin' | undefined }): JSX.Element {
  return (
    <svg class={`icon ${spin ?? ''}`} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor">
      <path d={PATHS[name]} stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function Bear(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="7.5" cy="8" r="5.2" fill="#8a5a2b" />
      <circle cx="24.5" cy="8" r="5.2" fill="#8a5a2b" />
      <circle cx="7.5" cy="8" r="2.5" fill="#e9a23b" />
      <circle cx="24.5" cy="8" r="2.5" fill="#e9a23b" />
      <path d="M16 4.5c7.6 0 12.5 5.2 12.5 12.1S23.4 29 16 29 3.5 23.5 3.5 16.6 8.4 4.5 16 4.5z" fill="#a06a34" />
      <ellipse cx="16" cy="21.3" rx="6.7" ry="5.6" fill="#f4d9ab" />
      <ellipse cx="16" cy="18.7" rx="2.5" ry="1.8" fill="#3b2410" />
      <circle cx="10.6" cy="14.4" r="1.5" fill="#3b2410" />
      <circle cx="21.4" cy="14.4" r="1.5" fill="#3b2410" />
    </svg>
  );
}
