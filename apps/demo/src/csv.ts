import { type FileHandle, mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { DemoError, reasonOf } from './errors.ts';
import { SCHEMA } from './results.ts';

const COLUMNS = ['path', 'bytes', 'lines', 'words', 'sha256', 'problem', 'ms'] as const;
const PAGE = 5_000;

/** A file that can be written to, and its name. */
export interface CsvFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** Opens the file that was asked for, or one in a new temporary folder. */
export async function openCsv(wanted: string | undefined): Promise<CsvFile> {
  try {
    const path = wanted ?? join(await mkdtemp(join(tmpdir(), 'bearmq-demo-')), 'files.csv');
    return { path, file: await open(path, 'w') };
  } catch (error) {
    throw new DemoError(`The results cannot be written (${reasonOf(error)}): name another file with --results FILE.`);
  }
}

/** Writes a line for each file, in the order in which they were enqueued, which is that of the jobs' ids. */
export async function writeCsv(pool: pg.Pool, { file }: CsvFile): Promise<void> {
  await file.write(`${COLUMNS.join(',')}\n`);
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await pool.query<Record<string, unknown> & { readonly job_id: string }>(
      `select job_id, ${COLUMNS.join(', ')} from ${SCHEMA}.measured_file where job_id > $1 order by job_id limit ${PAGE}`,
      [after],
    );
    const lines = rows.map((row) => `${COLUMNS.map((column) => quote(row[column])).join(',')}\n`);
    await file.write(lines.join(''));
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.job_id;
  }
}

function quote(value: unknown): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
