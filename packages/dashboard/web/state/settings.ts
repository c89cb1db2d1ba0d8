import { Store, useStore } from './store.ts';

/** What somebody likes; it stays in the browser. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly zone: 'local' | 'utc';
  /** Seconds between two looks; 0: as the server says. */
  readonly refreshSecs: number;
  readonly density: 'comfortable' | 'compact';
  /** Columns of the list of jobs that are left out. */
  readonly hiddenColumns: readonly string[];
}

const DEFAULTS: Settings = {
  theme: 'system',
  zone: 'local',
  refreshSecs: 0,
  density: 'comfortable',
  hiddenColumns: [],
};
const KEY = 'bearmq';

const choices: { readonly [K in 'theme' | 'zone' | 'density']: readonly Settings[K][] } = {
  theme: ['system', 'light', 'dark'],
  zone: ['local', 'utc'],
  density: ['comfortable', 'compact'],
};

export const settings = new Store<Settings>(read());
apply(settings.get());

export function useSettings(): Settings {
  return useStore(settings);
}

export function change(changes: Partial<Settings>): void {
  const next = { ...settings.get(), ...changes };
  settings.set(next);
  apply(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // The browser keeps nothing (a private window, or no room): it holds until the page is left.
  }
}

function apply({ theme, density }: Settings): void {
  document.documentElement.dataset['theme'] = theme;
  document.documentElement.dataset['density'] = density;
}

/** What was kept, where it is what this version understands. */
function read(): Settings {
  let kept: Partial<Record<keyof Settings, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) kept = parsed;
  } catch {
    // Nothing readable was kept: the defaults hold.
  }
  const one = <K extends keyof typeof choices>(key: K): Settings[K] =>
    choices[key].find((choice) => choice === kept[key]) ?? DEFAULTS[key];
  const { refreshSecs, hiddenColumns } = kept;
  return {
    theme: one('theme'),
    zone: one('zone'),
    density: one('density'),
    refreshSecs: typeof refreshSecs === 'number' && refreshSecs >= 0 && refreshSecs <= 60 ? refreshSecs : 0,
    hiddenColumns: Array.isArray(hiddenColumns) ? hiddenColumns.filter((one) => typeof one === 'string') : [],
  };
}
