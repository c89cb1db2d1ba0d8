import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { number } from '../state/format.ts';
import { hold } from '../state/refresh.ts';
import { tell } from '../state/toasts.ts';
import { texts } from '../texts.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
  readonly children: ComponentChildren;
}

/** The browser keeps the focus within it, closes it with Escape, and gives the focus back. */
export function Dialog({ title, onClose, onSubmit, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return hold();
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        {children}
      </form>
    </dialog>
  );
}

/** Closes the dialog in which it is. */
export function CloseButton({ label = texts.common.close }: { readonly label?: string }): JSX.Element {
  return (
    <button type="button" class="button" onClick={(event) => event.currentTarget.closest('dialog')?.close()}>
      {label}
    </button>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** What it is about, and what comes of it. */
  readonly effect: ComponentChildren;
  readonly verb: string;
  readonly isDanger?: boolean;
  /** More than a hundred: the number is to be typed. */
  readonly count?: number;
  readonly isBusy?: boolean;
  /** Whoever shows it takes it away once it is confirmed. */
  readonly staysOpen?: boolean;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

const TYPED_ABOVE = 100;

export function Confirm(props: ConfirmProps): JSX.Element {
  const {
    title,
    effect,
    verb,
    isDanger = false,
    count = 1,
    isBusy = false,
    staysOpen = false,
    onConfirm,
    onClose,
    children,
  } = props;
  const [typed, setTyped] = useState('');
  const [isWorking, setWorking] = useState(false);
  const needsNumber = count > TYPED_ABOVE;
  const isReady = !isBusy && !isWorking && (!needsNumber || typed.replace(/\D/g, '') === String(count));
  const confirm = async () => {
    if (!isReady) return;
    setWorking(true);
    try {
      await onConfirm();
      if (!staysOpen) onClose();
    } catch (error) {
      tell('error', error instanceof Error ? error.message : String(error));
      setWorking(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} onSubmit={() => void confirm()}>
      <div>{effect}</div>
      {children}
      {needsNumber ? (
        <label class="field">
          <span>{texts.confirm.typeNumber(number(count))}</span>
          <input
            inputMode="numeric"
            autocomplete="off"
            value={typed}
            onInput={(e) => setTyped(e.currentTarget.value)}
          />
        </label>
      ) : null}
      <div class="actions">
        <CloseButton label={texts.common.keep} />
        <button type="submit" class={`button is-main ${isDanger ? 'is-danger' : ''}`} disabled={!isReady}>
          {verb}
        </button>
      </div>
    </Dialog>
  );
}
