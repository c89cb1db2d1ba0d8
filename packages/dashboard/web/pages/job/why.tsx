import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { ChainLink, ExplainAnswer } from '../../../src/api-types.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Loaded } from '../../parts/states.tsx';
import { Sentence } from '../../parts/time.tsx';
import { useApi } from '../../state/queries.ts';
import { part } from '../../state/url.ts';
import { texts } from '../../texts.ts';

const TONES: Partial<Record<ExplainAnswer['kind'], string>> = {
  running: 'blue',
  'about-to-start': 'blue',
  due: 'gray',
  'no-worker': 'red',
  'payload-newer': 'red',
  'process-dead': 'red',
  held: 'red',
};

const ICONS: Readonly<Record<ChainLink['kind'], IconName>> = {
  job: 'jobs',
  group: 'groups',
  process: 'processes',
  pause: 'pause',
  session: 'plug',
  limit: 'hourglass',
};

/** Why a job is not running, as it is now, with the chain to what keeps it. */
export function Why({ id, isRunning }: { readonly id: string; readonly isRunning: boolean }): JSX.Element {
  const answer = useApi<ExplainAnswer>(`jobs/${id}/explain`);
  const tone = answer.data === undefined ? '' : (TONES[answer.data.kind] ?? '');
  const title = isRunning ? texts.job.whereItRuns : texts.job.why;
  return (
    <section class={`card why ${tone}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <div class="body">
        <Loaded answer={answer} lines={2}>
          {({ sentence, remedy, chain }) => (
            <>
              <p class="sentence break" role="status">
                <Sentence text={sentence} />
              </p>
              {remedy === null ? null : (
                <p class="muted">
                  {texts.job.whatToDo} {remedy}.
                </p>
              )}
              {chain.length < 2 ? null : (
                <ol class="chain" aria-label={texts.job.chain}>
                  {chain.map((link, i) => (
                    <li key={`${link.kind} ${link.id ?? i}`}>
                      <Chained link={link} isFirst={i === 0} />
                    </li>
                  ))}
                </ol>
              )}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}

function Chained({ link, isFirst }: { readonly link: ChainLink; readonly isFirst: boolean }): JSX.Element {
  const { kind, id, label } = link;
  const page = kind === 'job' ? '/jobs' : kind === 'group' ? '/groups' : kind === 'process' ? '/processes' : null;
  const inside = (
    <>
      <Icon name={ICONS[kind]} />
      {isFirst ? texts.job.thisJob : label}
    </>
  );
  return isFirst || page === null || id === null ? (
    <span>{inside}</span>
  ) : (
    <Link href={`${page}/${part(id)}`}>{inside}</Link>
  );
}
