import type { LimitRecord, Rate } from '@bearmq/core';
import type { Column } from '../../output/table.ts';
import { type Target, wordsOf } from '../../target-options.ts';

export const limitColumns: readonly Column<LimitRecord>[] = [
  { title: 'of', of: (record) => wordsOf(record as Target) },
  { title: 'running', of: ({ concurrency }) => told(concurrency), side: 'right' },
  { title: 'starts', of: ({ rateLimit }) => rate(rateLimit), side: 'right' },
  { title: 'running a group', of: ({ groupConcurrency }) => told(groupConcurrency), side: 'right' },
  { title: 'starts a group', of: ({ groupRateLimit }) => rate(groupRateLimit), side: 'right' },
  { title: 'weight', of: ({ weight }) => told(weight), side: 'right' },
  { title: 'by', of: ({ origin }) => origin },
];

const told = (value: number | undefined): string => (value === undefined ? '–' : String(value));

/** As `--rate` takes it: `10/60s`. */
const rate = (value: Rate | undefined): string => (value === undefined ? '–' : `${value.max}/${value.perSecs}s`);
