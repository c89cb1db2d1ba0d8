import type { ComponentChildren, JSX } from 'preact';
import { ApiError } from '../state/api.ts';
import { useServerNow } from '../state/clock.ts';
import { age } from '../state/format.ts';
import { type Answer, useRefreshMs } from '../state/queries.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icon.tsx';

interface EmptyProps {
  readonly title: string;
  readonly text?: ComponentChildren;
  readonly icon?: IconName;
  readonly slim?: boolean;
  readonly children?: ComponentChildren;
}

export function Empty({ title, text, icon = 'inbox', slim = false, children }: EmptyProps): JSX.Element {
  return (
    <div class={`state ${slim ? 'is-slim' : ''}`}>
      {slim ? null : <Icon name={icon} />}
      <strong>{title}</strong>
      {text === undefined ? null : <p>{text}</p>}
      {children}
    </div>
  );
}

export function Failed({ error, again }: { readonly error: Error; readonly again?: () => void }): JSX.Element {
  const remedy = error instanceof ApiError ? error.remedy : null;
  return (
    <div class="state is-error" role="alert">
      <Icon name="failures" />
      <strong>{texts.common.notLoaded}</strong>
      <p class="break">{error.message}</p>
      {remedy === null ? null : <p>{remedy}</p>}
      {again === undefined ? null : (
        <button type="button" class="button" onClick={again}>
          <Icon name="retry" />
          {texts.common.tryAgain}
        </button>
      )}
    </div>
  );
}

export function Loading({ lines = 6 }: { readonly lines?: number }): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label={texts.common.loading}>
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

/** Says how old what is shown is, once a look has failed. */
export function Stale({ answer }: { readonly answer: Answer<unknown> }): JSX.Element | null {
  useServerNow();
  const refreshMs = useRefreshMs();
  if (answer.error === null || answer.data === undefined) return null;
  const old = Date.now() - answer.asOf;
  if (old < refreshMs) return null;
  return (
    <div class="notice" role="status">
      <Icon name="plug" />
      <span>
        {texts.common.asOf(age(old))} {answer.error.message}
      </span>
      <button type="button" class="button is-small" onClick={answer.again}>
        {texts.common.tryAgain}
      </button>
    </div>
  );
}

interface LoadedProps<T> {
  readonly answer: Answer<T>;
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}

/** A part of a page that comes from the server: as it loads, as it failed, as it was, and as it is. */
export function Loaded<T>({ answer, lines = 6, children }: LoadedProps<T>): JSX.Element {
  const { data, error, again } = answer;
  if (data === undefined) return error === null ? <Loading lines={lines} /> : <Failed error={error} again={again} />;
  return (
    <>
      <Stale answer={answer} />
      {children(data)}
    </>
  );
}
