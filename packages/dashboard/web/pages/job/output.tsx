import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { JobAnswer, JobLogAnswer, JobResultAnswer } from '../../../src/api-types.ts';
import { Copy } from '../../parts/copy.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { Card } from '../../parts/page.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { Ago, Moment } from '../../parts/time.tsx';
import { useApi } from '../../state/queries.ts';
import { part } from '../../state/url.ts';
import { texts } from '../../texts.ts';

const words = texts.job;

type OfJob = { readonly job: JobAnswer };

/** What a job says of itself, as far as it may be shown. */
export function Output({ job }: OfJob): JSX.Element | null {
  if (job.output === 'never') return null;
  return (
    <>
      <Progress job={job} />
      {job.outcome === 'succeeded' ? <Result key={job.id} job={job} /> : null}
      {job.attempt === 0 ? null : <Log key={`${job.id} log`} job={job} />}
    </>
  );
}

function Progress({ job: { progress } }: OfJob): JSX.Element | null {
  if (progress === null) return null;
  return (
    <Card title={words.progress} extra={<span class="small muted push">{<Ago at={progress.at} />}</span>}>
      <div class="body">
        <JsonView text={progress.text} label={words.progress} />
      </div>
    </Card>
  );
}

function Result({ job: { id, output } }: OfJob): JSX.Element | null {
  const [isAsked, setAsked] = useState(output === 'show');
  const answer = useApi<JobResultAnswer>(isAsked ? `jobs/${part(id)}/result` : null, { every: 0 });
  const text = answer.data?.text ?? null;
  if (output === 'show' && answer.data?.isKept === false) return null;
  return (
    <Card title={words.result} extra={text === null ? null : <CopyAtEnd text={text} />}>
      <div class="body">
        {!isAsked ? (
          <button type="button" class="button" onClick={() => setAsked(true)}>
            {words.showResult}
          </button>
        ) : text !== null ? (
          <JsonView text={text} label={words.result} />
        ) : answer.error !== null ? (
          <Failed error={answer.error} again={answer.again} />
        ) : answer.data === undefined ? (
          <Loading lines={2} />
        ) : (
          <p class="muted">{words.noResult}</p>
        )}
      </div>
    </Card>
  );
}

/** What scrolls must be reached by the keyboard. */
const LINES = { class: 'code log', tabIndex: 0, role: 'region', 'aria-label': words.log } as const;

type Line = JobLogAnswer['lines'][number];

/** Its lines; those to come are asked for from the last one on. */
function Log({ job: { id, output } }: OfJob): JSX.Element | null {
  const [isAsked, setAsked] = useState(output === 'show');
  const [lines, setLines] = useState<readonly Line[]>([]);
  const last = lines.at(-1)?.nth ?? 0;
  const answer = useApi<JobLogAnswer>(isAsked ? `jobs/${part(id)}/log?after=${last}` : null);
  const { data } = answer;
  useEffect(() => {
    const more = data?.lines.filter(({ nth }) => nth > last) ?? [];
    if (more.length > 0) setLines([...lines, ...more]);
  }, [data, lines, last]);
  if (output === 'show' && lines.length === 0) return null;
  const text = () => lines.map(({ at, line }) => `${at} ${line}`).join('\n');
  return (
    <Card title={words.log} extra={lines.length === 0 ? null : <CopyAtEnd text={text()} />}>
      <div class="body">
        {!isAsked ? (
          <button type="button" class="button" onClick={() => setAsked(true)}>
            {words.showLog}
          </button>
        ) : lines.length > 0 ? (
          <div {...LINES}>
            <ol>
              {lines.map(({ nth, at, line }) => (
                <li key={nth}>
                  <Moment at={at} /> <span>{line}</span>
                </li>
              ))}
            </ol>
          </div>
        ) : answer.error !== null ? (
          <Failed error={answer.error} again={answer.again} />
        ) : data === undefined ? (
          <Loading lines={2} />
        ) : (
          <p class="muted">{words.noLog}</p>
        )}
      </div>
    </Card>
  );
}

function CopyAtEnd({ text }: { readonly text: string }): JSX.Element {
  return (
    <span class="push">
      <Copy text={text} label={texts.common.copy} />
    </span>
  );
}
