import type { JSX } from 'preact';
import { useStore } from '../state/store.ts';
import { dismiss, toasts } from '../state/toasts.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

export function Toasts(): JSX.Element {
  const shown = useStore(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, kind, text }) => (
        <div key={id} class={`toast is-${kind}`}>
          <Icon name={kind === 'done' ? 'check' : 'failures'} />
          <span class="break">{text}</span>
          <button
            type="button"
            class="button is-plain is-small"
            aria-label={texts.common.dismiss}
            onClick={() => dismiss(id)}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
