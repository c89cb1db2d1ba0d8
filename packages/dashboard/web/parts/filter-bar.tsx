import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { changesOf, type FilterKey, filterIn, KEYS } from '../state/job-filter.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import type { UrlState } from '../state/url.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

interface FilterBarProps {
  readonly url: UrlState;
  readonly names: readonly string[];
  readonly channels: readonly string[];
}

/** What is typed becomes a token with Enter or a space after `key:value`; Backspace takes the last one away. */
export function FilterBar({ url, names, channels }: FilterBarProps): JSX.Element {
  const [typed, setTyped] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const filter = filterIn(url);
  useShortcuts({ '/': () => input.current?.focus() });

  const take = (text: string) => {
    if (text.trim() === '') return;
    url.change(changesOf(text, filter));
    setTyped('');
  };
  const remove = (key: FilterKey, value: string) => {
    url.change({ [key]: url.all(key).filter((one) => one !== value), after: null });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = filter.tokens.at(-1);
    if (event.key === 'Enter') take(typed);
    else if (event.key === 'Escape') input.current?.blur();
    else if (event.key === 'Backspace' && typed === '' && last !== undefined) remove(last.key, last.value);
  };
  const onInput = (text: string) => {
    const isWhole = /^[a-z-]+:(?:"[^"]*"|[^\s"]\S*)\s$/.test(text);
    if (isWhole) take(text);
    else setTyped(text);
  };
  const suggestions = [
    ...(Object.keys(KEYS) as FilterKey[]).map((key) => `${key}:`),
    ...names.map((name) => `name:${quoted(name)}`),
    ...channels.map((channel) => `channel:${quoted(channel)}`),
  ];
  return (
    <search class="filter">
      <Icon name="search" />
      {filter.tokens.map(({ key, value }) => (
        <span class="token" key={`${key}:${value}`}>
          <span title={value}>
            <b>{key}:</b>
            {value}
          </span>
          <button
            type="button"
            aria-label={texts.jobs.removeFilter(`${key}:${value}`)}
            onClick={() => remove(key, value)}
          >
            ×
          </button>
        </span>
      ))}
      <input
        ref={input}
        type="search"
        list="filter-suggestions"
        aria-label={texts.jobs.filter}
        placeholder={filter.tokens.length === 0 ? texts.jobs.filterHelp : ''}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <datalist id="filter-suggestions">
        {suggestions.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </search>
  );
}

function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}
