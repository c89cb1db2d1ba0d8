import Table from 'cli-table3';
import { countsOf, findProblems, type Run } from './check.ts';
import type { FileSum } from './figures.ts';
import type { ListingNotes } from './files.ts';
import { bytes, count, counted, duration, durations, percentile, printable } from './format.ts';
import type { Screen } from './screen.ts';

const FEW = 3;

/** The tables at the end: what ran and how long it took, then what was found. */
export function tellResults(screen: Screen, run: Run): void {
  const title = (text: string): void => screen.say(`\n${screen.style('bold', text)}`);
  title('Jobs, as the database counts them');
  screen.say(jobTable(screen, run));
  tellFailures(screen, run);
  const { total, kinds, folders, slowest } = run.figures;
  if (total.files > 0) {
    title(`Files: ${count(total.files)}, ${bytes(total.bytes)}, ${counted(total.lines, 'line')} of text`);
    screen.say(sumTable(screen, 'kind', kinds));
    screen.say(`\n${sumTable(screen, 'largest folders', folders)}`);
    const rows = slowest.map(({ path, ms, bytes: size }) => [printable(path), duration(ms), bytes(size)]);
    screen.say(`\n${table(screen, ['slowest files', 'time', 'size'], rows)}`);
  }
  title('Found');
  for (const line of findings(run)) screen.say(`  ${line}`);
}

/** Says whether everything adds up. */
export function tellCheck(screen: Screen, run: Run): boolean {
  const problems = findProblems(run);
  for (const problem of problems) screen.say(`  ${screen.style('red', `Wrong: ${problem}`)}`);
  if (problems.length > 0) return false;
  const sum = { enqueued: 0, succeeded: 0, failed: 0, left: 0 };
  for (const { name } of run.jobs.all) {
    const { succeeded, failed, left } = countsOf(run.figures, name);
    sum.enqueued += run.tracker.of(name).enqueued;
    sum.succeeded += succeeded;
    sum.failed += failed;
    sum.left += left;
  }
  const rest = run.end === 'completed' ? '' : ` + ${count(sum.left)} left in the queue`;
  screen.say(
    `  ${screen.style('green', 'Checked:')} ${count(sum.enqueued)} enqueued = ${count(sum.succeeded)} succeeded + ` +
      `${count(sum.failed)} failed${rest}, by database and events.`,
  );
  return true;
}

function jobTable(screen: Screen, { jobs, tracker, figures, end }: Run): string {
  const isEverythingDone = end === 'completed';
  const rows = jobs.all.map(({ name }) => {
    const { enqueued, runMs, waitMs } = tracker.of(name);
    const { succeeded, failed, retries, left } = countsOf(figures, name);
    const counts = [enqueued, succeeded, failed, ...(isEverythingDone ? [] : [left]), retries].map(count);
    return [name, ...counts, times(runMs), times(waitMs)];
  });
  const head = ['', 'jobs', 'ok', 'failed', ...(isEverythingDone ? [] : ['left']), 'retries'];
  return table(screen, [...head, 'run p50/p95', 'wait p50/p95'], rows);
}

function times(values: readonly number[]): string {
  const [half, most] = [percentile(values, 0.5), percentile(values, 0.95)];
  return half === undefined || most === undefined ? '–' : durations(half, most);
}

function sumTable(screen: Screen, name: string, sums: readonly FileSum[]): string {
  const rows = sums.map((sum) => [printable(sum.name), count(sum.files), bytes(sum.bytes), count(sum.lines)]);
  return table(screen, [name, 'files', 'size', 'lines'], rows);
}

function tellFailures(screen: Screen, { figures }: Run): void {
  for (const { name, attempts, error } of figures.failures.slice(0, FEW)) {
    screen.say(`  ${name} failed for good after ${counted(attempts, 'attempt')}: ${printable(error, 80)}`);
  }
  const more = figures.failures.length - FEW;
  if (more > 0) screen.say(`  … and ${count(more)} more failed for good.`);
}

function findings({ jobs, watch, tracker, figures, notes }: Run): readonly string[] {
  const { duplicates } = figures;
  const { overtaken, secondLook } = jobs.findings;
  const { mostAtOnce, overlaps, disorders, folders } = watch;
  const lines: string[] = [];
  if (duplicates.copies > 0) {
    const groups = `${counted(duplicates.groups, 'group')}, ${bytes(duplicates.bytes)}`;
    lines.push(`Duplicates: ${counted(duplicates.copies, 'file')} that others equal byte for byte (${groups}).`);
  } else if (figures.total.files > 0) {
    lines.push('Duplicates: none.');
  }
  if (folders > 0 && overlaps + disorders === 0) {
    const some = `up to ${count(mostAtOnce)} of ${counted(folders, 'folder')} at a time`;
    lines.push(`Job groups: ${some}; one file of each, in order.`);
  }
  if (overtaken !== undefined) {
    const after = duration(tracker.of(jobs.countBacklog.name).waitMs[0] ?? 0);
    lines.push(`Channels: the urgent job ran after ${after}, past ${counted(overtaken, 'waiting job')}.`);
  }
  if (secondLook !== undefined && figures.delayMs !== undefined) {
    const { path, verdict } = secondLook;
    const after = duration(figures.delayMs);
    lines.push(`Delay: the job with delaySecs 1 ran after ${after}; ${printable(path)} is ${verdict}.`);
  }
  return [...lines, ...leftOut(figures.unreadable, notes)];
}

function leftOut(files: Run['figures']['unreadable'], { unreadable, skipped }: ListingNotes): readonly string[] {
  const all = [...unreadable, ...files];
  const lines = all.slice(0, FEW).map(({ path, problem }) => `Not readable: ${printable(path)} (${problem}).`);
  if (all.length > FEW) lines.push(`Not readable: ${count(all.length - FEW)} more.`);
  if (skipped > 0) lines.push(`Left out: ${count(skipped)}, being links, sockets or devices.`);
  return lines;
}

const BORDERLESS = Object.fromEntries(
  ['top', 'bottom', 'mid'].flatMap((side) => ['', '-left', '-mid', '-right'].map((part) => [`${side}${part}`, ''])),
);

/** Columns without borders, the first to the left and the others to the right. */
function table(screen: Screen, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = new Table({
    chars: { ...BORDERLESS, left: '  ', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: '  ', right: '' },
    colAligns: head.map((_name, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  lines.push(
    head.map((name) => screen.style('dim', name)),
    ...rows.map((row) => [...row]),
  );
  return lines.toString();
}
