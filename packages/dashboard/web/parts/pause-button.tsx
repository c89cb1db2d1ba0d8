import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PauseAnswer, PauseBody, PausedWhat, PausesAnswer, ResumeAnswer } from '../../src/api-types.ts';
import { post } from '../state/api.ts';
import { number } from '../state/format.ts';
import { type Answer, lookAgain, useApi, useCan } from '../state/queries.ts';
import { tell } from '../state/toasts.ts';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Since } from './time.tsx';

const words = texts.pauses;

export type Pause = PausesAnswer['pauses'][number];

export function usePauses(): Answer<PausesAnswer> {
  return useApi<PausesAnswer>('pauses', { every: 2 });
}

export function describe(what: PausedWhat): string {
  if ('everything' in what) return words.everything;
  if ('channel' in what) return words.channel(what.channel);
  return 'jobName' in what ? words.name(what.jobName) : words.group(what.jobGroup);
}

/** Pauses something, or resumes it where it is paused; nothing for who may not. */
export function PauseButton({
  what,
  label,
}: {
  readonly what: PausedWhat;
  readonly label: string;
}): JSX.Element | null {
  const can = useCan();
  const pauses = usePauses().data?.pauses ?? [];
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const isPaused = pauses.some((pause) => describe(pause.what) === describe(what));
  if (!can(isPaused ? 'resume' : 'pause')) return null;
  const pause = async () => {
    const body: PauseBody = reason === '' ? what : { ...what, reason };
    const { stillRunning } = await post<PauseAnswer>('pauses', body);
    tell(
      'done',
      stillRunning === 0 ? words.didPause(describe(what)) : words.didPauseRunning(describe(what), number(stillRunning)),
    );
    await lookAgain();
  };
  if (isPaused) return <ResumeButton what={what} />;
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        <Icon name="pause" />
        {label}
      </button>
      {isAsking ? (
        <Confirm
          title={`${label}?`}
          effect={<p>{words.effect(describe(what))}</p>}
          verb={words.verb}
          onConfirm={pause}
          onClose={() => setAsking(false)}
        >
          <label class="field">
            <span>{words.reason}</span>
            <input value={reason} maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
            <small>{words.reasonHelp}</small>
          </label>
        </Confirm>
      ) : null}
    </>
  );
}

function ResumeButton({ what }: { readonly what: PausedWhat }): JSX.Element {
  const resume = async () => {
    try {
      await post<ResumeAnswer>('pauses/remove', what);
      tell('done', words.didResume(describe(what)));
      await lookAgain();
    } catch (error) {
      tell('error', error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <button type="button" class="button" onClick={() => void resume()}>
      <Icon name="play" />
      {words.resume}
    </button>
  );
}

/** What is paused, of all or of what is asked for. */
export function PauseNotices({ which = () => true }: { readonly which?: (pause: Pause) => boolean }): JSX.Element {
  const can = useCan();
  const pauses = (usePauses().data?.pauses ?? []).filter(which);
  return (
    <>
      {pauses.map((pause) => (
        <div class="notice" role="status" key={describe(pause.what)}>
          <Icon name="pause" />
          <span class="break">
            <strong>{words.isPaused(describe(pause.what))}</strong>
            {pause.since === null ? null : (
              <>
                {' '}
                · {words.pausedFor} <Since at={pause.since} />
              </>
            )}
            {pause.reason === null ? null : ` · ${pause.reason}`}
          </span>
          <span class="push">{can('resume') ? <ResumeButton what={pause.what} /> : null}</span>
        </div>
      ))}
    </>
  );
}
