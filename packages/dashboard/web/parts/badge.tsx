import type { ComponentChildren, JSX } from 'preact';
import type { JobOutcome, JobState } from '../../src/api-types.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'green' | 'red' | 'blue' | 'violet' | 'teal' | 'amber' | 'gray';

interface BadgeProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly spin?: boolean;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A word with a glyph: its colour says nothing that these do not. */
export function Badge({ tone, icon, spin = false, title, children }: BadgeProps): JSX.Element {
  return (
    <span class={`badge ${tone}`} title={title}>
      <Icon name={icon} spin={spin ? 'spin' : undefined} />
      {children}
    </span>
  );
}

export const STATES: Readonly<Record<Exclude<JobState, 'over'> | JobOutcome, { tone: Tone; icon: IconName }>> = {
  running: { tone: 'blue', icon: 'spinner' },
  ready: { tone: 'teal', icon: 'ready' },
  scheduled: { tone: 'violet', icon: 'clock' },
  blocked: { tone: 'amber', icon: 'lock' },
  pending: { tone: 'gray', icon: 'hourglass' },
  succeeded: { tone: 'green', icon: 'check' },
  failed: { tone: 'red', icon: 'cross' },
  cancelled: { tone: 'gray', icon: 'ban' },
};

interface Stateful {
  readonly state: JobState;
  readonly outcome: JobOutcome | null;
  readonly attempt: number;
  readonly cancelRequestedAt: string | null;
}

export function StateBadge({ job }: { readonly job: Stateful }): JSX.Element {
  const { state, outcome, attempt, cancelRequestedAt } = job;
  const key = state === 'over' ? (outcome ?? 'succeeded') : state;
  const { tone, icon } = STATES[key];
  const isRetry = state === 'scheduled' && attempt > 0;
  const word = isRetry ? texts.states.retrying : texts.states[key];
  if (state === 'running' && cancelRequestedAt !== null) {
    return (
      <Badge tone="gray" icon="ban">
        {texts.states.cancelling}
      </Badge>
    );
  }
  return (
    <Badge tone={isRetry ? 'amber' : tone} icon={isRetry ? 'retry' : icon} spin={state === 'running'}>
      {word}
    </Badge>
  );
}
