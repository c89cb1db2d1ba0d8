import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { GroupAnswer } from '../../src/api-types.ts';
import { Badge } from '../parts/badge.tsx';
import { Bulk } from '../parts/bulk.tsx';
import { Icon } from '../parts/icon.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { PauseButton, PauseNotices } from '../parts/pause-button.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { countText } from '../parts/tile.tsx';
import { Ago, Since } from '../parts/time.tsx';
import { ApiError } from '../state/api.ts';
import { useApi, useCan } from '../state/queries.ts';
import { part } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.groups;

export function GroupPage({ name }: { readonly name: string }): JSX.Element {
  const can = useCan();
  const [isCancelling, setCancelling] = useState(false);
  const answer = useApi<GroupAnswer>(`groups/${part(name)}`);
  const up = { to: '/groups', label: texts.nav.groups };
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <Page title={name} up={up}>
        <Card>
          <Empty title={words.quiet} text={words.quietText} icon="groups" />
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title={name}
      up={up}
      actions={
        <>
          {answer.data === undefined ? null : <Busy running={answer.data.group.running} />}
          <div class="row push">
            {can('job.cancel') && answer.data !== undefined && answer.data.group.waiting.value > 0 ? (
              <button type="button" class="button" onClick={() => setCancelling(true)}>
                <Icon name="ban" />
                {words.cancelWaiting}
              </button>
            ) : null}
            <PauseButton what={{ jobGroup: name }} label={words.pause} />
          </div>
        </>
      }
    >
      <PauseNotices which={({ what }) => 'everything' in what || ('jobGroup' in what && what.jobGroup === name)} />
      <Loaded answer={answer}>
        {({ group, waiting }) => (
          <>
            <Card title={words.heldBy(group.holders.length)}>
              {group.holders.length === 0 ? (
                <Empty title={words.openNow} text={words.openText} slim />
              ) : (
                <ul class="attention">
                  {group.holders.map((holder) => (
                    <li key={holder.jobId}>
                      <Icon name="lock" />
                      <dl class="facts">
                        <Fact label={words.job}>
                          <Link href={`/jobs/${holder.jobId}`}>{holder.jobName}</Link>
                        </Fact>
                        <Fact label={texts.job.attempts}>{holder.attempt}</Fact>
                        <Fact label={words.process}>
                          <Link href={`/processes/${holder.processId}`}>
                            {texts.processes.place(holder.host, holder.pid, holder.processId)}
                          </Link>
                        </Fact>
                        <Fact label={words.heldFor}>
                          {holder.since === null ? '–' : <Since at={holder.since} exact />}
                        </Fact>
                        <Fact label={texts.processes.lease}>
                          {holder.leaseExpiresAt === null ? '–' : <Ago at={holder.leaseExpiresAt} />}
                        </Fact>
                      </dl>
                      <span />
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            <Card
              title={words.inOrder}
              extra={
                <span class="muted small">
                  {words.waitingCount(countText(group.waiting), countText(group.scheduled))}
                </span>
              }
            >
              {waiting.length === 0 ? (
                <Empty title={words.nothingWaits} slim />
              ) : (
                <JobTable caption={words.inOrder} jobs={waiting} />
              )}
            </Card>
          </>
        )}
      </Loaded>
      {isCancelling ? (
        <Bulk
          action="job.cancel"
          filter={{ jobGroup: name, states: ['ready', 'blocked', 'scheduled'] }}
          onClose={() => setCancelling(false)}
        />
      ) : null}
    </Page>
  );
}

/** Whether jobs of a group run. */
export function Busy({ running }: { readonly running: number }): JSX.Element {
  if (running === 0)
    return (
      <Badge tone="green" icon="ready">
        {words.isOpen}
      </Badge>
    );
  return (
    <Badge tone="blue" icon="lock">
      {running === 1 ? words.isBusy : words.runs(running)}
    </Badge>
  );
}
