import type { ComponentChildren, JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { JobAnswer, TimelineEntry } from '../../../src/api-types.ts';
import { STATES, type Tone } from '../../parts/badge.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Moment, Since } from '../../parts/time.tsx';
import { duration, firstLine } from '../../state/format.ts';
import { texts } from '../../texts.ts';

const words = texts.job.timeline;

interface Shown {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly what: ComponentChildren;
  readonly sub?: ComponentChildren;
}

/** A gap that is shorter is not worth a line. */
const GAP_MS = 1_000;

/** What happened to a job, in order, with the time between. */
export function Timeline({ job }: { readonly job: JobAnswer }): JSX.Element {
  const { timeline } = job;
  return (
    <ol class="timeline">
      {timeline.map((entry, i) => {
        const key = `${entry.kind} ${entry.attempt ?? ''} ${entry.at ?? i}`;
        const before = i === 0 ? undefined : timeline[i - 1];
        const { tone, icon, what, sub } = shownOf(entry, job);
        return (
          <>
            <Gap key={`gap ${key}`} from={before} to={entry} />
            <li key={key} class={tone}>
              <span class="knot">
                <Icon name={icon} />
              </span>
              <div>
                <div class="what">{what}</div>
                {sub === undefined ? null : (
                  <div
                    class={`sub break ${entry.error === undefined ? '' : 'is-error'}`}
                    title={typeof sub === 'string' ? sub : undefined}
                  >
                    {sub}
                  </div>
                )}
              </div>
              <span class="at">{entry.at === null ? words.unknownTime : <Moment at={entry.at} />}</span>
            </li>
          </>
        );
      })}
    </ol>
  );
}

function Gap({
  from,
  to,
}: {
  readonly from: TimelineEntry | undefined;
  readonly to: TimelineEntry;
}): JSX.Element | null {
  if (from?.at == null || to.at === null) return null;
  const ms = Date.parse(to.at) - Date.parse(from.at) - (to.kind === 'attempt' ? (to.durationMs ?? 0) : 0);
  if (ms < GAP_MS) return null;
  return (
    <li class="gap">
      <span />
      <span>{words.gap(duration(ms))}</span>
    </li>
  );
}

function shownOf(entry: TimelineEntry, job: JobAnswer): Shown {
  switch (entry.kind) {
    case 'enqueued':
      return { tone: 'gray', icon: 'inbox', what: words.enqueued };
    case 'due':
      return { tone: 'violet', icon: 'clock', what: job.attempt > 0 ? words.dueAgain : words.due };
    case 'claimed':
      return {
        tone: 'blue',
        icon: 'play',
        what:
          job.state === 'running' && entry.at !== null ? (
            <>
              {words.runningFor} <Since at={entry.at} exact />
            </>
          ) : (
            words.claimed
          ),
        sub: <Process id={entry.processId} />,
      };
    case 'attempt':
      return {
        tone: 'red',
        icon: 'cross',
        what: words.attempt(entry.attempt ?? 0, entry.durationMs == null ? null : unbroken(duration(entry.durationMs))),
        sub: entry.error === undefined ? undefined : firstLine(entry.error),
      };
    case 'cancel-requested':
      return { tone: 'gray', icon: 'ban', what: words.cancelRequested };
    case 'finalized': {
      const outcome = entry.outcome ?? 'succeeded';
      const { tone, icon } = STATES[outcome];
      return { tone, icon, what: texts.job.ended[outcome], sub: <Process id={entry.processId} /> };
    }
  }
}

/** A figure and its unit stay in one line. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

function Process({ id }: { readonly id: string | null | undefined }): JSX.Element | null {
  if (id == null) return null;
  return (
    <>
      {words.by} <Link href={`/processes/${id}`}>{id.slice(0, 8)}</Link>
    </>
  );
}
