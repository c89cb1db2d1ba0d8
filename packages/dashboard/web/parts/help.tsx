import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { CloseButton, Dialog } from './dialog.tsx';

interface HelpProps {
  readonly pages: readonly { readonly label: string; readonly key: string }[];
  readonly onClose: () => void;
}

export function Help({ pages, onClose }: HelpProps): JSX.Element {
  return (
    <Dialog title={texts.keys.title} onClose={onClose} onSubmit={onClose}>
      <dl class="keys">
        {texts.keys.all.map(([keys, what]) => (
          <Key key={what} keys={keys} what={what} />
        ))}
        {pages.map(({ key, label }) => (
          <Key key={label} keys={['g', key]} what={label} />
        ))}
      </dl>
      <div class="actions">
        <CloseButton />
      </div>
    </Dialog>
  );
}

function Key({ keys, what }: { readonly keys: readonly string[]; readonly what: string }): JSX.Element {
  return (
    <>
      <dt>
        {keys.map((one) => (
          <>
            <kbd key={one}>{one}</kbd>{' '}
          </>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}
