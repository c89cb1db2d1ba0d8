import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BulkAction, BulkAnswer, BulkPreviewAnswer, FilterBody } from '../../src/api-types.ts';
import { post } from '../state/api.ts';
import { number } from '../state/format.ts';
import { lookAgain } from '../state/queries.ts';
import { texts } from '../texts.ts';
import { StateBadge } from './badge.tsx';
import { CloseButton, Confirm, Dialog } from './dialog.tsx';
import { Failed, Loading } from './states.tsx';
import { countText } from './tile.tsx';
import { Sentence } from './time.tsx';

interface BulkProps {
  readonly action: BulkAction;
  readonly filter: FilterBody;
  readonly onClose: () => void;
}

interface Progress {
  readonly done: number;
  readonly skipped: number;
  readonly isOver: boolean;
  readonly error: Error | null;
}

/** Something done to all jobs of a filter: shown first, then done in pages, and stopped between two of them. */
export function Bulk({ action, filter, onClose }: BulkProps): JSX.Element {
  const [preview, setPreview] = useState<BulkPreviewAnswer | Error | null>(null);
  const [progress, setProgress] = useState<Progress | null>(null);
  const isStopped = useRef(false);
  const words = texts.bulk[action];

  useEffect(() => {
    post<BulkPreviewAnswer>('bulk/preview', { action, filter }).then(setPreview, (error: Error) => setPreview(error));
    return () => {
      isStopped.current = true;
    };
  }, []);

  const run = async ({ before, filterHash }: BulkPreviewAnswer) => {
    let [done, skipped] = [0, 0];
    let after: string | null = null;
    setProgress({ done, skipped, isOver: false, error: null });
    try {
      do {
        const body: object = { action, filter, before, filterHash, ...(after === null ? {} : { after }) };
        const page: BulkAnswer = await post<BulkAnswer>('bulk', body);
        done += page.done;
        skipped += Object.values(page.skipped).reduce((sum, count) => sum + count, 0);
        after = page.next;
        setProgress({ done, skipped, isOver: after === null, error: null });
      } while (after !== null && !isStopped.current);
      setProgress({ done, skipped, isOver: true, error: null });
    } catch (error) {
      setProgress({ done, skipped, isOver: true, error: error instanceof Error ? error : new Error(String(error)) });
    }
    await lookAgain();
  };

  if (preview === null || preview instanceof Error) {
    return (
      <Dialog title={words.title} onClose={onClose}>
        {preview === null ? <Loading lines={3} /> : <Failed error={preview} />}
        <div class="actions">
          <CloseButton />
        </div>
      </Dialog>
    );
  }
  const { matched, sample } = preview;
  if (progress === null) {
    return (
      <Confirm
        title={words.title}
        effect={
          <>
            <p>
              <strong>{texts.bulk.matched(countText(matched), matched.value)}</strong> {words.effect}
            </p>
            <p class="small muted break">
              {texts.bulk.filter} <Sentence text={inWords(filter)} />
            </p>
          </>
        }
        verb={`${words.verb} ${countText(matched)}`}
        isDanger={action === 'job.cancel' || action === 'job.delete'}
        isBusy={matched.value === 0}
        count={matched.value}
        staysOpen
        onConfirm={() => run(preview)}
        onClose={onClose}
      >
        <ul class="sample" aria-label={texts.bulk.sample}>
          {sample.map((job) => (
            <li key={job.id}>
              <StateBadge job={job} />
              <span>{job.jobName}</span>
              <span class="mono small muted cut push">{job.id}</span>
            </li>
          ))}
        </ul>
      </Confirm>
    );
  }
  const { done, skipped, isOver, error } = progress;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p role="status">
        <strong>{texts.bulk.done(number(done), words.did)}</strong>
        {skipped > 0 ? ` ${texts.bulk.skipped(number(skipped))}` : null}
      </p>
      <progress max={Math.max(matched.value, done)} value={done + skipped} aria-label={texts.bulk.progress} />
      {error === null ? null : <Failed error={error} />}
      <div class="actions">
        {isOver ? (
          <CloseButton />
        ) : (
          <button
            type="button"
            class="button"
            onClick={() => {
              isStopped.current = true;
            }}
          >
            {texts.bulk.stop}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function inWords(filter: FilterBody): string {
  if (filter.ids !== undefined) return texts.bulk.chosen(number(filter.ids.length));
  const parts = Object.keys(filter) as (keyof FilterBody)[];
  return parts.map((part) => `${texts.bulk.parts[part]} ${String(filter[part])}`).join(' · ');
}
