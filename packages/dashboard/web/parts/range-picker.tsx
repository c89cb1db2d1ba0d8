import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { UrlState } from '../state/url.ts';
import { texts } from '../texts.ts';
import { type ChosenRange, RANGE_KEYS, RANGES } from './chart/range.ts';

export function RangePicker({ url, range }: { readonly url: UrlState; readonly range: ChosenRange }): JSX.Element {
  return (
    <nav class="segments" aria-label={texts.chart.range}>
      {RANGE_KEYS.map((key) => (
        <Link
          key={key}
          href={url.with({ range: key, from: null, to: null })}
          aria-current={key === range.key ? 'true' : undefined}
        >
          {RANGES[key].label}
        </Link>
      ))}
      {range.key === null ? (
        <Link href={url.with({ from: null, to: null })} aria-current="true">
          {texts.chart.zoomed}
        </Link>
      ) : null}
    </nav>
  );
}
