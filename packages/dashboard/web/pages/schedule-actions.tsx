import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { Action, ScheduleActionAnswer, ScheduleRow } from '../../src/api-types.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { post } from '../state/api.ts';
import { lookAgain, useCan } from '../state/queries.ts';
import { tell } from '../state/toasts.ts';
import { part } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.schedules;

type Doing = 'pause' | 'resume' | 'trigger' | 'remove';

export function ScheduleActions({ schedule }: { readonly schedule: ScheduleRow }): JSX.Element {
  const can = useCan();
  const [, navigate] = useLocation();
  const [doing, setDoing] = useState<Doing | null>(null);
  const { jobName, key, pausedAt } = schedule;
  const act = async (one: Doing) => {
    const { jobId } = await post<ScheduleActionAnswer>(`schedules/${part(jobName)}/${part(key)}/${one}`);
    tell('done', words.actions[one].did);
    if (jobId !== undefined) navigate(`/jobs/${jobId}`);
    if (one === 'remove') navigate('/schedules');
    await lookAgain();
  };
  const button = (one: Doing, icon: IconName, look = '') => {
    const right: Action = `schedule.${one}`;
    return can(right) ? (
      <button type="button" class={`button ${look}`} onClick={() => setDoing(one)}>
        <Icon name={icon} />
        {words.actions[one].verb}
      </button>
    ) : null;
  };
  return (
    <div class="row push">
      {button('trigger', 'bolt')}
      {pausedAt === null ? button('pause', 'pause') : button('resume', 'play')}
      {button('remove', 'trash', 'is-danger')}
      {doing === null ? null : (
        <Confirm
          title={words.actions[doing].title}
          effect={<p>{words.actions[doing].effect}</p>}
          verb={words.actions[doing].verb}
          isDanger={doing === 'remove'}
          onConfirm={() => act(doing)}
          onClose={() => setDoing(null)}
        />
      )}
    </div>
  );
}
