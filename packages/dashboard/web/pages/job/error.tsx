import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { JobAnswer } from '../../../src/api-types.ts';
import { Copy } from '../../parts/copy.tsx';
import { Card } from '../../parts/page.tsx';
import { texts } from '../../texts.ts';

/** The error of a job's last failed attempt; those of the attempts before can be chosen. */
export function JobError({ job }: { readonly job: JobAnswer }): JSX.Element | null {
  const { error, failures, outcome } = job;
  const [chosen, setChosen] = useState<number | null>(null);
  const text = chosen === null ? error : (failures.find(({ attempt }) => attempt === chosen)?.error ?? error);
  if (text === null) return null;
  const title = outcome === 'cancelled' ? texts.job.cancelReason : texts.job.error;
  return (
    <Card
      title={title}
      extra={
        <>
          {failures.length < 2 ? null : (
            <select
              aria-label={texts.job.chooseAttempt}
              value={String(chosen ?? failures.at(-1)?.attempt)}
              onChange={(event) => setChosen(Number(event.currentTarget.value))}
            >
              {failures.map(({ attempt }) => (
                <option key={attempt} value={attempt}>
                  {texts.job.attempt(attempt)}
                </option>
              ))}
            </select>
          )}
          <span class="push">
            <Copy text={text} label={texts.common.copy} />
          </span>
        </>
      }
    >
      <div class="body">
        <Stack text={text} />
      </div>
    </Card>
  );
}

interface Piece {
  readonly isForeign: boolean;
  readonly lines: readonly string[];
}

/** An error as it was thrown; runs of frames in other people's code are folded. */
function Stack({ text }: { readonly text: string }): JSX.Element {
  // What scrolls must be reached by the keyboard.
  const props = { class: 'code is-error', tabIndex: 0, role: 'region', 'aria-label': texts.job.error } as const;
  return (
    <div {...props}>
      {piecesOf(text).map(({ isForeign, lines }, i) =>
        isForeign ? (
          <details key={`${i} ${lines[0]}`}>
            <summary>{texts.job.foldedFrames(lines.length)}</summary>
            <span class="frame">{lines.join('\n')}</span>
          </details>
        ) : (
          <div key={`${i} ${lines[0]}`} class={isFrame(lines[0]) ? 'frame' : ''}>
            {lines.join('\n')}
          </div>
        ),
      )}
    </div>
  );
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: { isForeign: boolean; isFrame: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const frame = isFrame(line);
    const isForeign = frame && /node_modules|\(node:|at node:/.test(line);
    const last = pieces.at(-1);
    if (last !== undefined && last.isForeign === isForeign && last.isFrame === frame) last.lines.push(line);
    else pieces.push({ isForeign, isFrame: frame, lines: [line] });
  }
  return pieces;
}

function isFrame(line: string | undefined): boolean {
  return line !== undefined && /^\s+at /.test(line);
}
