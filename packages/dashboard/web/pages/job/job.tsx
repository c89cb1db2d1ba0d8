import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { JobAnswer } from '../../../src/api-types.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Copy } from '../../parts/copy.tsx';
import { GroupLink } from '../../parts/job-table.tsx';
import { Card, Fact, Page } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { ApiError } from '../../state/api.ts';
import { useNeighbours } from '../../state/job-list.ts';
import { useApi } from '../../state/queries.ts';
import { part } from '../../state/url.ts';
import { texts } from '../../texts.ts';
import { JobActions } from './actions.tsx';
import { JobError } from './error.tsx';
import { JobNeighbours } from './neighbours.tsx';
import { Output } from './output.tsx';
import { Payload } from './payload.tsx';
import { Timeline } from './timeline.tsx';
import { Why } from './why.tsx';

const words = texts.job;

export function JobPage({ id }: { readonly id: string }): JSX.Element {
  const answer = useApi<JobAnswer>(`jobs/${part(id)}`);
  const job = answer.data;
  const neighbours = useNeighbours(id);
  const up = upTo(neighbours?.address ?? '/jobs');
  const beside = neighbours === null ? undefined : <JobNeighbours of={neighbours} />;
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <Page title={words.notThere} up={up} beside={beside}>
        <Card>
          <Empty title={words.notThere} text={words.notThereText(id)} />
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title={job?.jobName ?? words.title}
      heading={job === undefined ? words.title : job.jobName}
      up={up}
      beside={beside}
      sub={
        <>
          <span class="mono">{id}</span> <Copy text={id} label={words.copyId} />
        </>
      }
      actions={
        job === undefined ? null : (
          <>
            <StateBadge job={job} />
            <JobActions job={job} listAddress={up.to} />
          </>
        )
      }
    >
      <Loaded answer={answer}>{(one) => <Job job={one} />}</Loaded>
    </Page>
  );
}

/** The page of a list, by its address. */
function upTo(address: string): { readonly to: string; readonly label: string } {
  const [, page = ''] = /^\/(\w+)/.exec(address) ?? [];
  const label = page === 'lanes' || page === 'groups' || page === 'processes' ? texts.nav[page] : texts.nav.jobs;
  return { to: address, label };
}

function Job({ job }: { readonly job: JobAnswer }): JSX.Element {
  const { id, state, jobName, channel, jobGroup, attempt, numAttempts, priority, enqueuedAt, headers, trace, links } =
    job;
  const headerNames = Object.keys(headers);
  return (
    <>
      {state === 'over' ? null : <Why id={id} isRunning={state === 'running'} />}
      <Card>
        <div class="body is-first">
          <dl class="facts">
            <Fact label={words.lane}>
              <Link href={`/lanes/${part(channel)}/${part(jobName)}`}>{channel}</Link>
            </Fact>
            <Fact label={words.group}>
              {jobGroup === null ? <span class="muted">{words.none}</span> : <GroupLink name={jobGroup} />}
            </Fact>
            <Fact label={words.attempts}>{words.attemptsOf(attempt, numAttempts)}</Fact>
            <Fact label={words.priority}>{priority}</Fact>
            <Fact label={words.enqueued}>
              <Ago at={enqueuedAt} />
            </Fact>
            {trace === null ? null : (
              <Fact label={words.trace}>
                <a class="mono small" href={trace.href} rel="noreferrer" title={trace.id}>
                  {trace.id.slice(0, 8)}…
                </a>
              </Fact>
            )}
          </dl>
        </div>
      </Card>
      <div class="job-grid">
        <div class="stack">
          <JobError job={job} />
          <Payload job={job} />
          <Output job={job} />
          {headerNames.length === 0 ? null : (
            <Card title={words.headers}>
              <div class="body">
                <dl class="facts">
                  {headerNames.map((name) => (
                    <Fact key={name} label={name}>
                      <span class="mono small">{headers[name]}</span>
                    </Fact>
                  ))}
                </dl>
              </div>
            </Card>
          )}
          {links.length === 0 ? null : (
            <Card title={words.links}>
              <ul class="body row">
                {links.map(({ label, href }) => (
                  <li key={label}>
                    <a class="button is-small" href={href} rel="noreferrer">
                      {label}
                    </a>
                  </li>
                ))}
              </ul>
            </Card>
          )}
        </div>
        <Card title={words.timelineTitle}>
          <div class="body">
            <Timeline job={job} />
          </div>
        </Card>
      </div>
    </>
  );
}
