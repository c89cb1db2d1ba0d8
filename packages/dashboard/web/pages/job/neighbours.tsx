import type { JSX } from 'preact';
import { Link, useLocation } from 'wouter-preact';
import { Icon } from '../../parts/icon.tsx';
import { number } from '../../state/format.ts';
import type { Neighbours } from '../../state/job-list.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { texts } from '../../texts.ts';

const words = texts.job;

/** The way to the jobs before and after this one in the list that it was opened from; j and k take it too. */
export function JobNeighbours({ of }: { readonly of: Neighbours }): JSX.Element {
  const { nth, known, hasMore, before, next, goOn, isNoneFound } = of;
  const [, navigate] = useLocation();
  useShortcuts({ j: goOn ?? undefined, k: before === null ? undefined : () => navigate(before) });
  const look = 'button is-small is-plain';
  return (
    <nav class="row push" aria-label={words.neighbours}>
      {isNoneFound ? <span role="status">{words.noneFound}</span> : null}
      <span>{words.nthOf(number(nth), hasMore ? `${number(known)}+` : number(known))}</span>
      {before === null ? null : (
        <Link class={look} href={before} aria-label={words.before} title={words.before}>
          <Icon name="left" />
        </Link>
      )}
      {next !== null ? (
        <Link class={look} href={next} aria-label={words.next} title={words.next}>
          <Icon name="right" />
        </Link>
      ) : goOn === null ? null : (
        <button type="button" class={look} aria-label={words.lookForNext} title={words.lookForNext} onClick={goOn}>
          <Icon name="right" />
        </button>
      )}
    </nav>
  );
}
