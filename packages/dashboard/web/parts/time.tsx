import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import { serverNow, useServerNow } from '../state/clock.ts';
import { absolute, age, clockTime, duration, relative } from '../state/format.ts';
import { useSettings } from '../state/settings.ts';

interface At {
  readonly at: string;
}

/** How long ago, or in how long, with the moment itself as title. */
export function Ago({ at }: At): JSX.Element {
  const { zone } = useSettings();
  const now = useServerNow();
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={absolute(ms, zone)} class="nowrap">
      {relative(ms, now)}
    </time>
  );
}

/** For how long: `4 min`. */
export function Since({ at, exact = false }: At & { readonly exact?: boolean }): JSX.Element {
  const { zone } = useSettings();
  const now = useServerNow();
  const ms = Math.max(0, now - Date.parse(at));
  return (
    <time dateTime={at} title={absolute(Date.parse(at), zone)} class="nowrap">
      {exact ? duration(Math.round(ms / 1000) * 1000) : age(ms)}
    </time>
  );
}

export function Moment({ at, full = false }: At & { readonly full?: boolean }): JSX.Element {
  const { zone } = useSettings();
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={absolute(ms, zone)} class="nowrap num">
      {full ? absolute(ms, zone).replace(/\.\d+/, '') : clockTime(ms, zone, serverNow())}
    </time>
  );
}

/** What a sentence of the server's has in it that is more than words: moments, and the ids of jobs. */
const FOUND = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)|\bjob ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** A sentence in which moments are shown as this page shows them, and jobs are links. */
export function Sentence({ text }: { readonly text: string }): JSX.Element {
  const [words = '', moment, job, ...rest] = text.split(FOUND);
  if (rest.length === 0) return <>{words}</>;
  return (
    <>
      {words}
      {moment === undefined ? null : <Moment at={moment} />}
      {job === undefined ? null : (
        <>
          job <Link href={`/jobs/${job}`}>{job}</Link>
        </>
      )}
      <Sentence text={text.slice(words.length + (moment ?? `job ${job}`).length)} />
    </>
  );
}
