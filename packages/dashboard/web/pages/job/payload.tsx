import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { JobAnswer, PayloadHeadAnswer } from '../../../src/api-types.ts';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icon.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { Card } from '../../parts/page.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { base, get } from '../../state/api.ts';
import { bytes } from '../../state/format.ts';
import { texts } from '../../texts.ts';

const words = texts.job;

/** What a job was given: shown when it is asked for, as it is stored; of a large one the beginning, and a way to the whole. */
export function Payload({ job }: { readonly job: JobAnswer }): JSX.Element {
  const { id, payload } = job;
  const [asked, setAsked] = useState<PayloadHeadAnswer | Error | 'loading' | null>(null);
  const known =
    payload.text === null
      ? typeof asked === 'object' && asked !== null && !(asked instanceof Error)
        ? asked
        : null
      : { text: payload.text, bytes: payload.bytes ?? payload.text.length, isWhole: true };
  const load = async () => await get<PayloadHeadAnswer>(`jobs/${id}/payload/head`);
  const show = () => {
    setAsked('loading');
    load().then(setAsked, (error: Error) => setAsked(error));
  };
  const size = known?.bytes ?? payload.bytes;
  const isCopied = known === null ? !payload.isLarge : known.isWhole;
  return (
    <Card
      title={words.payload}
      extra={
        payload.mode === 'never' ? null : (
          <>
            <span class="small muted">{size === null ? words.isLarge : bytes(size)}</span>
            <span class="row push">
              {isCopied ? <Copy text={async () => (known ?? (await load())).text} label={texts.common.copy} /> : null}
              <a
                class="button is-plain is-small"
                href={`${base}/api/v1/jobs/${id}/payload`}
                download={`${id}.json`}
                aria-label={words.download}
                title={words.download}
              >
                <Icon name="download" />
              </a>
            </span>
          </>
        )
      }
    >
      <div class="body">
        {payload.mode === 'never' ? (
          <p class="muted">{words.payloadNever}</p>
        ) : known !== null ? (
          <Shown payload={known} />
        ) : asked === 'loading' ? (
          <Loading lines={3} />
        ) : asked instanceof Error ? (
          <Failed error={asked} again={show} />
        ) : (
          <button type="button" class="button" onClick={show}>
            {payload.isLarge ? words.showLargePayload : words.showPayload}
          </button>
        )}
      </div>
    </Card>
  );
}

/** What is cut is no JSON, and is shown as the text that it is. */
function Shown({ payload: { text, bytes: size, isWhole } }: { readonly payload: PayloadHeadAnswer }): JSX.Element {
  if (isWhole) return <JsonView text={text} />;
  // What scrolls must be reached by the keyboard.
  const props = { class: 'code json', tabIndex: 0, role: 'region', 'aria-label': words.payload } as const;
  return (
    <div class="stack">
      <p class="muted">{words.payloadCut(bytes(new TextEncoder().encode(text).length), bytes(size))}</p>
      <div {...props}>{text}…</div>
    </div>
  );
}
