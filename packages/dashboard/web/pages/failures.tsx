import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { BulkAction, FailuresAnswer, FilterBody } from '../../src/api-types.ts';
import { Bulk } from '../parts/bulk.tsx';
import { type FailureKind, FailureTable } from '../parts/failure-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { Card, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { query } from '../state/api.ts';
import { number } from '../state/format.ts';
import { useApi, useCan } from '../state/queries.ts';
import { useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.failures;
const SINCE: readonly { readonly key: string; readonly label: string; readonly secs: number | null }[] = [
  { key: '1h', label: '1 h', secs: 3_600 },
  { key: '24h', label: '24 h', secs: 86_400 },
  { key: '7d', label: '7 d', secs: 604_800 },
  { key: 'all', label: words.all, secs: null },
];

export function FailuresPage(): JSX.Element {
  const url = useUrl();
  const can = useCan();
  const [bulk, setBulk] = useState<{ action: BulkAction; filter: FilterBody } | null>(null);
  const chosen = SINCE.find(({ key }) => key === url.one('since')) ?? SINCE[1];
  const [jobName, channel] = [url.one('name'), url.one('channel')];
  // To the minute, so that it is one question for a while.
  const since =
    chosen?.secs == null ? null : new Date((Math.floor(Date.now() / 60_000) * 60 - chosen.secs) * 1000).toISOString();
  const answer = useApi<FailuresAnswer>(`failures${query({ since, jobName, channel })}`, { every: 3, keep: true });
  const filterOf = ({ jobName: name, fingerprint }: FailureKind): FilterBody => ({
    outcomes: ['failed'],
    jobName: name,
    fingerprint,
    ...(channel === null ? {} : { channel }),
    ...(since === null ? {} : { finalizedFrom: since }),
  });
  const button = (kind: FailureKind, action: BulkAction, icon: 'retry' | 'trash') =>
    can(action) ? (
      <button
        type="button"
        class={`button is-small ${action === 'job.delete' ? 'is-danger is-plain' : ''}`}
        aria-label={words.actOnAll(texts.bulk[action].verb, kind.jobName)}
        title={words.actOnAll(texts.bulk[action].verb, kind.jobName)}
        onClick={() => setBulk({ action, filter: filterOf(kind) })}
      >
        <Icon name={icon} />
        {action === 'job.retry' ? words.retryAll : null}
      </button>
    ) : null;
  return (
    <Page
      title={texts.nav.failures}
      actions={
        <nav class="segments push" aria-label={words.since}>
          {SINCE.map(({ key, label }) => (
            <Link key={key} href={url.with({ since: key })} aria-current={key === chosen?.key ? 'true' : undefined}>
              {label}
            </Link>
          ))}
        </nav>
      }
    >
      <p class="muted">{words.explained}</p>
      {jobName === null && channel === null ? null : (
        <div class="notice is-info">
          <span>{words.onlyOf([jobName, channel].filter((one) => one !== null).join(' · '))}</span>
          <Link href={url.with({ name: null, channel: null })}>{words.showAll}</Link>
        </div>
      )}
      <Card label={texts.nav.failures}>
        <Loaded answer={answer} lines={8}>
          {({ groups, lookedAt, isPartial }) =>
            groups.length === 0 ? (
              <Empty title={words.none} text={words.noneText} icon="check" />
            ) : (
              <>
                <FailureTable
                  groups={groups}
                  within={{ channel, endedSince: chosen?.secs == null ? null : chosen.key }}
                  actions={(kind) => (
                    <div class="row-actions">
                      {button(kind, 'job.retry', 'retry')}
                      {button(kind, 'job.delete', 'trash')}
                    </div>
                  )}
                />
                <div class="table-foot">
                  {isPartial ? words.lookedAtNewest(number(lookedAt)) : words.lookedAt(number(lookedAt))}
                </div>
              </>
            )
          }
        </Loaded>
      </Card>
      {bulk === null ? null : <Bulk action={bulk.action} filter={bulk.filter} onClose={() => setBulk(null)} />}
    </Page>
  );
}
