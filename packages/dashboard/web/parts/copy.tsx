import type { ComponentChildren, JSX } from 'preact';
import { tell } from '../state/toasts.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

/** Copies text; over plain http, where browsers offer no clipboard, by way of a selection. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'hidden-text';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (!isCopied) throw new Error(texts.common.notCopied);
}

export async function copyAndTell(text: string | (() => Promise<string>)): Promise<void> {
  try {
    await copyText(typeof text === 'string' ? text : await text());
    tell('done', texts.common.copied);
  } catch (error) {
    tell('error', error instanceof Error ? error.message : texts.common.notCopied);
  }
}

interface CopyProps {
  readonly text: string | (() => Promise<string>);
  readonly label: string;
  readonly children?: ComponentChildren;
}

export function Copy({ text, label, children }: CopyProps): JSX.Element {
  return (
    <button
      type="button"
      class="button is-plain is-small"
      aria-label={children === undefined ? label : undefined}
      title={label}
      onClick={() => void copyAndTell(text)}
    >
      <Icon name="copy" />
      {children}
    </button>
  );
}
