import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { JobAnswer } from '../../../src/api-types.ts';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icon.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { Card } from '../../parts/page.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { getText } from '../../state/api.ts';
import { bytes } from '../../state/format.ts';
import { texts } from '../../texts.ts';

/** More text than that is not laid out: a browser would stand still. It can be copied and downloaded. */
const SHOWN_BYTES = 512 * 1024;

/** What a job was given: shown when it is asked for, as it is stored. */
export function Payload({ job }: { readonly job: JobAnswer }): JSX.Element {
  const { id, payload } = job;
  const [asked, setAsked] = useState<string | Error | 'loading' | null>(null);
  const load = () => getText(`jobs/${id}/payload`);
  const text = payload.text ?? (typeof asked === 'string' && asked !== 'loading' ? asked : null);
  const show = () => {
    setAsked('loading');
    load().then(setAsked, (error: Error) => setAsked(error));
  };
  const whole = async () => text ?? (await load());
  return (
    <Card
      title={texts.job.payload}
      extra={
        payload.mode === 'never' ? null : (
          <>
            {payload.bytes === null ? null : <span class="small muted">{bytes(payload.bytes)}</span>}
            <span class="row push">
              <Copy text={whole} label={texts.common.copy} />
              <button
                type="button"
                class="button is-plain is-small"
                aria-label={texts.job.download}
                onClick={() => void whole().then((json) => download(`${id}.json`, json))}
              >
                <Icon name="download" />
              </button>
            </span>
          </>
        )
      }
    >
      <div class="body">
        {payload.mode === 'never' ? (
          <p class="muted">{texts.job.payloadNever}</p>
        ) : text !== null ? (
          text.length > SHOWN_BYTES ? (
            <p class="muted">{texts.job.payloadLarge(bytes(text.length))}</p>
          ) : (
            <JsonView text={text} />
          )
        ) : asked === 'loading' ? (
          <Loading lines={3} />
        ) : asked instanceof Error ? (
          <Failed error={asked} again={show} />
        ) : (
          <button type="button" class="button" onClick={show}>
            {texts.job.showPayload}
          </button>
        )}
      </div>
    </Card>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
