import type { JSX } from 'preact';
import { Card, Page } from '../parts/page.tsx';
import { useMeta } from '../state/queries.ts';
import { change, type Settings, useSettings } from '../state/settings.ts';
import { texts } from '../texts.ts';

const words = texts.settings;

const REFRESHES = [0, 1, 2, 5, 10, 30, 60];

export function SettingsPage(): JSX.Element {
  const settings = useSettings();
  const { refreshSecs } = useMeta();
  const choice = <K extends 'theme' | 'zone' | 'density'>(key: K, values: readonly Settings[K][]) => (
    <fieldset class="field choice">
      <legend>{words[key].label}</legend>
      <div class="segments">
        {values.map((value) => (
          <button
            key={value}
            type="button"
            aria-pressed={settings[key] === value}
            onClick={() => change({ [key]: value })}
          >
            {(words[key].values as Record<string, string>)[value]}
          </button>
        ))}
      </div>
    </fieldset>
  );
  return (
    <Page title={texts.nav.settings}>
      <Card label={texts.nav.settings}>
        <div class="body is-first stack">
          {choice('theme', ['system', 'light', 'dark'])}
          {choice('zone', ['local', 'utc'])}
          {choice('density', ['comfortable', 'compact'])}
          <label class="field choice">
            <span>{words.refresh}</span>
            <select
              value={String(settings.refreshSecs)}
              onChange={(event) => change({ refreshSecs: Number(event.currentTarget.value) })}
            >
              {REFRESHES.map((secs) => (
                <option key={secs} value={secs}>
                  {secs === 0 ? words.asServer(refreshSecs) : words.every(secs)}
                </option>
              ))}
            </select>
          </label>
          <p class="muted small">{words.keptHere}</p>
        </div>
      </Card>
    </Page>
  );
}
