import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { BulkAction, FilterBody, JobsAnswer, LanesAnswer, OverviewAnswer } from '../../src/api-types.ts';
import { Bulk } from '../parts/bulk.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { FREE_COLUMNS, HIDDEN_AT_FIRST, JobTable } from '../parts/job-table.tsx';
import { Menu } from '../parts/menu.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { countText } from '../parts/tile.tsx';
import { Moment } from '../parts/time.tsx';
import { number } from '../state/format.ts';
import { bodyOf, filterIn, OUTCOMES, queryOf, type ShownFilter, STATES } from '../state/job-filter.ts';
import { pathAfter } from '../state/job-list.ts';
import { useApi, useCan } from '../state/queries.ts';
import { change, useSettings } from '../state/settings.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { type UrlState, useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.jobs;
const ACTIONS: readonly { action: BulkAction; icon: IconName; key: string }[] = [
  { action: 'job.retry', icon: 'retry', key: 'r' },
  { action: 'job.run-now', icon: 'play', key: 'n' },
  { action: 'job.cancel', icon: 'ban', key: 'c' },
  { action: 'job.delete', icon: 'trash', key: 'd' },
];

const NONE: ReadonlySet<string> = new Set();

export function JobsPage(): JSX.Element {
  const url = useUrl();
  const filter = filterIn(url);
  const after = url.one('after');
  const order = url.one('order') === 'oldest' ? 'oldest' : null;
  const path = `jobs${queryOf(filter, { order, after })}`;
  const answer = useApi<JobsAnswer>(path, { keep: true, every: 2 });
  const lanes = useApi<LanesAnswer>('lanes', { every: 5 }).data?.lanes ?? [];
  const hidden = useHiddenColumns();
  const [selection, setSelection] = useState({ path, ids: NONE });
  const [bulk, setBulk] = useState<{ action: BulkAction; filter: FilterBody } | null>(null);
  // What was chosen of one list is not chosen in another, from its first drawing on: a key may act at once.
  const chosen = selection.path === path ? selection.ids : NONE;
  const setChosen = (ids: ReadonlySet<string>) => setSelection({ path, ids });
  const can = useCan();
  const isAnyState = filter.states.length === 0;
  const hasScheduled = filter.outcomes.length === 0 && (isAnyState || filter.states.includes('scheduled'));
  const hasOver = isAnyState || filter.states.includes('over');
  const hasUnfinished = filter.outcomes.length === 0 && (isAnyState || filter.states.some((state) => state !== 'over'));
  const fits = (action: BulkAction) =>
    action === 'job.run-now'
      ? hasScheduled
      : action === 'job.retry'
        ? hasOver
        : action === 'job.cancel'
          ? hasUnfinished
          : true;
  const actions = ACTIONS.filter(({ action }) => can(action) && fits(action));
  const ofChosen = (action: BulkAction) => setBulk({ action, filter: { ids: [...chosen] } });
  useShortcuts(
    Object.fromEntries(actions.map(({ action, key }) => [key, chosen.size > 0 ? () => ofChosen(action) : undefined])),
  );

  const isFiltered = filter.states.length + filter.outcomes.length + filter.tokens.length > 0;
  const unique = (values: readonly string[]) => [...new Set(values)].sort();
  return (
    <Page title={texts.nav.jobs}>
      <FilterBar
        url={url}
        names={unique(lanes.map(({ jobName }) => jobName))}
        channels={unique(lanes.map(({ channel }) => channel))}
      />
      <Card label={texts.nav.jobs}>
        <StateTabs url={url} filter={filter} />
        <div class={`selection ${chosen.size > 0 ? 'is-on' : ''}`}>
          {chosen.size > 0 ? (
            <strong role="status">{words.chosen(number(chosen.size))}</strong>
          ) : (
            <span class="muted">{isFiltered ? words.allThatMatch : words.chooseOrFilter}</span>
          )}
          {actions.map(({ action, icon }) => (
            <button
              key={action}
              type="button"
              class={`button is-small ${action === 'job.delete' ? 'is-danger' : ''}`}
              disabled={chosen.size === 0 && !isFiltered}
              onClick={() => (chosen.size > 0 ? ofChosen(action) : setBulk({ action, filter: bodyOf(filter) }))}
            >
              <Icon name={icon} />
              {texts.bulk[action].verb}
            </button>
          ))}
          <span class="row push">
            <Link
              class="button is-small is-plain"
              href={url.with({ order: order === null ? 'oldest' : null, after: null })}
            >
              {order === null ? words.newestFirst : words.oldestFirst}
            </Link>
            <ColumnsMenu hidden={hidden} />
          </span>
        </div>
        <Loaded answer={answer} lines={12}>
          {({ jobs, next, isPartial, lookedBackTo }) => (
            <>
              {jobs.length === 0 ? (
                <Empty
                  title={isFiltered ? words.noneMatch : words.none}
                  text={isPartial ? undefined : isFiltered ? words.noneMatchText : words.noneText}
                />
              ) : (
                <JobTable
                  caption={words.caption}
                  jobs={jobs}
                  hidden={hidden}
                  morePath={next === null ? null : pathAfter(path, next)}
                  selection={actions.length === 0 ? undefined : { chosen, choose: setChosen }}
                />
              )}
              <div class="table-foot">
                <span>{words.shown(number(jobs.length))}</span>
                {isPartial && lookedBackTo !== null ? (
                  <span>
                    {words.lookedBackTo} <Moment at={lookedBackTo} />
                  </span>
                ) : null}
                <span class="row push">
                  {after === null ? null : (
                    <Link class="button is-small" href={url.with({ after: null })}>
                      {words.firstPage}
                    </Link>
                  )}
                  {next === null ? null : (
                    <Link class="button is-small" href={url.with({ after: next })}>
                      {isPartial ? words.searchFurther : words.nextPage}
                    </Link>
                  )}
                </span>
              </div>
            </>
          )}
        </Loaded>
      </Card>
      {bulk === null ? null : (
        <Bulk
          action={bulk.action}
          filter={bulk.filter}
          onClose={() => {
            setBulk(null);
            setChosen(NONE);
          }}
        />
      )}
    </Page>
  );
}

/** One state, or one outcome, at a time; figures only where they are of this list. */
function StateTabs({ url, filter }: { readonly url: UrlState; readonly filter: ShownFilter }): JSX.Element {
  const { states, outcomes, tokens } = filter;
  const counts = useApi<OverviewAnswer>('overview', { every: 2 }).data?.states;
  const hasFigures = tokens.length === 0;
  const tab = (label: string, state: string | null, outcome: string | null, count?: string) => {
    const isHere =
      (states.length === 0 ? null : states.join()) === state &&
      (outcomes.length === 0 ? null : outcomes.join()) === outcome;
    return (
      <Link key={label} href={url.with({ state, outcome, after: null })} aria-current={isHere ? 'page' : undefined}>
        {label}
        {count === undefined ? null : <span class="n">{count}</span>}
      </Link>
    );
  };
  return (
    <nav class="tabs" aria-label={words.tabs}>
      {tab(words.all, null, null)}
      {STATES.filter((state) => state !== 'pending' || states.includes('pending')).map((state) => {
        const count = state === 'pending' || state === 'over' ? undefined : counts?.[state];
        return tab(
          texts.states[state === 'over' ? 'succeeded' : state],
          state,
          null,
          hasFigures && count !== undefined ? countText(count) : undefined,
        );
      })}
      {OUTCOMES.map((outcome) => tab(texts.states[outcome], null, outcome))}
    </nav>
  );
}

function useHiddenColumns(): readonly string[] {
  const { hiddenColumns } = useSettings();
  return hiddenColumns.length === 0 ? HIDDEN_AT_FIRST : hiddenColumns;
}

function ColumnsMenu({ hidden }: { readonly hidden: readonly string[] }): JSX.Element {
  const toggle = (key: string) => {
    const next = hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key];
    // An empty list would mean what is hidden at first.
    change({ hiddenColumns: next.length === 0 ? ['none'] : next });
  };
  return (
    <Menu label={words.columnsMenu} icon="columns" staysOpen>
      {FREE_COLUMNS.map(({ key, label }) => (
        <label key={key}>
          <input type="checkbox" checked={!hidden.includes(key)} onChange={() => toggle(key)} />
          {label}
        </label>
      ))}
    </Menu>
  );
}
