import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type {
  Action,
  CancelAnswer,
  CancelBody,
  DeleteAnswer,
  JobAnswer,
  PriorityAnswer,
  PriorityBody,
  RetryAnswer,
  RetryBody,
  RunNowAnswer,
} from '../../../src/api-types.ts';
import { copyAndTell } from '../../parts/copy.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { getText, post } from '../../state/api.ts';
import { lookAgain, useCan } from '../../state/queries.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { tell } from '../../state/toasts.ts';
import { texts } from '../../texts.ts';

type Doing = 'retry' | 'retry-later' | 'run-now' | 'cancel' | 'delete' | 'priority';

const RIGHTS: Readonly<Record<Doing, Action>> = {
  retry: 'job.retry',
  'retry-later': 'job.retry',
  'run-now': 'job.run-now',
  cancel: 'job.cancel',
  delete: 'job.delete',
  priority: 'job.priority',
};

const words = texts.job.actions;

interface JobActionsProps {
  readonly job: JobAnswer;
  /** Where one is once it is deleted. */
  readonly listAddress: string;
}

/** What may be done with a job in its state, by who looks at it. */
export function JobActions({ job, listAddress }: JobActionsProps): JSX.Element {
  const can = useCan();
  const [doing, setDoing] = useState<Doing | null>(null);
  const { state, outcome } = job;
  const isWaiting = state !== 'over' && state !== 'running';
  const fits: Readonly<Record<Doing, boolean>> = {
    retry: state === 'over' && outcome !== 'succeeded',
    'retry-later': state === 'over' && outcome !== 'succeeded',
    'run-now': state === 'scheduled',
    cancel: state !== 'over' && job.cancelRequestedAt === null,
    delete: state !== 'running',
    priority: isWaiting,
  };
  const may = (one: Doing) => fits[one] && can(RIGHTS[one]);
  const key = (one: Doing) => (may(one) ? () => setDoing(one) : undefined);
  useShortcuts({ r: key('retry'), n: key('run-now'), c: key('cancel'), d: key('delete') });
  const button = (one: Doing, icon: IconName, look = '') =>
    may(one) ? (
      <button type="button" class={`button ${look}`} onClick={() => setDoing(one)}>
        <Icon name={icon} />
        {words[one].verb}
      </button>
    ) : null;
  const item = (one: Doing, icon: IconName, look = '') =>
    may(one) ? (
      <button type="button" class={look} onClick={() => setDoing(one)}>
        <Icon name={icon} />
        {words[one].verb}…
      </button>
    ) : null;
  return (
    <div class="row push">
      {button('retry', 'retry', 'is-main')}
      {button('run-now', 'play', 'is-main')}
      {button('cancel', 'ban')}
      <Menu label={words.more} icon="more">
        {item('retry-later', 'clock')}
        {item('priority', 'up')}
        <button type="button" onClick={() => void copyAndTell(() => codeOf(job))}>
          <Icon name="copy" />
          {words.copyCode}
        </button>
        {item('delete', 'trash', 'is-danger')}
      </Menu>
      {doing === null ? null : (
        <Doer job={job} doing={doing} listAddress={listAddress} onClose={() => setDoing(null)} />
      )}
    </div>
  );
}

interface DoerProps extends JobActionsProps {
  readonly doing: Doing;
  readonly onClose: () => void;
}

function Doer({ job, doing, listAddress, onClose }: DoerProps): JSX.Element {
  const [, navigate] = useLocation();
  const [value, setValue] = useState(doing === 'priority' ? String(job.priority) : doing === 'retry-later' ? '60' : '');
  const { id, jobName } = job;
  const act = async () => {
    switch (doing) {
      case 'retry':
      case 'retry-later': {
        const body: RetryBody = doing === 'retry' ? {} : { delaySecs: Number(value) };
        const { retried, refused } = await post<RetryAnswer>(`jobs/${id}/retry`, body);
        tellOutcome(
          retried > 0,
          words[doing].did,
          refused[0] === undefined ? words.gone : words.refused(refused[0].why),
        );
        break;
      }
      case 'run-now': {
        const { promoted, busy } = await post<RunNowAnswer>(`jobs/${id}/run-now`);
        tellOutcome(promoted > 0, words['run-now'].did, busy > 0 ? words.busy : words.notScheduled);
        break;
      }
      case 'cancel': {
        const body: CancelBody = value === '' ? {} : { reason: value };
        const { cancelled, running, over } = await post<CancelAnswer>(`jobs/${id}/cancel`, body);
        tellOutcome(
          cancelled + running > 0,
          running > 0 ? words.toldToEnd : words.cancel.did,
          over > 0 ? words.over : words.busy,
        );
        break;
      }
      case 'delete': {
        const { deleted, running } = await post<DeleteAnswer>(`jobs/${id}/delete`);
        tellOutcome(deleted > 0, words.delete.did, running > 0 ? words.runs : words.gone);
        if (deleted > 0) navigate(listAddress);
        break;
      }
      case 'priority': {
        const body: PriorityBody = { priority: Number(value) };
        const { changed } = await post<PriorityAnswer>(`jobs/${id}/priority`, body);
        tellOutcome(changed > 0, words.priority.did, words.notWaiting);
        break;
      }
    }
    await lookAgain();
  };
  const { title, effect, verb } = words[doing];
  const field = words[doing].field;
  return (
    <Confirm
      title={title}
      effect={<p>{effect(jobName)}</p>}
      verb={verb}
      isDanger={doing === 'delete'}
      onConfirm={act}
      onClose={onClose}
    >
      {field === null ? null : (
        <label class="field">
          <span>{field}</span>
          <input
            type={doing === 'cancel' ? 'text' : 'number'}
            required={doing !== 'cancel'}
            min={doing === 'retry-later' ? 0 : undefined}
            maxLength={doing === 'cancel' ? 1_000 : undefined}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
      )}
    </Confirm>
  );
}

function tellOutcome(isDone: boolean, done: string, why: string): void {
  tell(isDone ? 'done' : 'error', isDone ? done : why);
}

/** The call that enqueues the same again. */
async function codeOf(job: JobAnswer): Promise<string> {
  const { id, jobName, channel, jobGroup, priority, payload } = job;
  const text =
    payload.mode === 'never' || payload.isLarge
      ? '/* payload */'
      : (payload.text ?? (await getText(`jobs/${id}/payload`)));
  const options = {
    ...(channel === 'DEFAULT' ? {} : { channel }),
    ...(jobGroup === null ? {} : { jobGroup }),
    ...(priority === 0 ? {} : { priority }),
  };
  const rest = Object.keys(options).length === 0 ? '' : `, ${JSON.stringify(options)}`;
  const variable = jobName
    .toLowerCase()
    .replace(/[^a-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
  return `await ${/^[a-z]/.test(variable) ? variable : 'definition'}.enqueue(${text}${rest});`;
}
