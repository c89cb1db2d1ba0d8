import type { ProcessRecord } from '@bearmq/core';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Column } from '../output/table.ts';
import { age } from '../output/words.ts';

export const processes: Command = defineCommand({
  name: 'processes',
  about: 'The processes that run Workers: where they are, what they take, and which give no sign of life.',
  run: async ({ output, database }) => {
    const { context } = await database();
    const found = await context().processes();
    if (output.isJson) output.json({ processes: found });
    else if (found.length === 0) output.note('no process runs Workers');
    else output.table(columnsAt(new Date(), output.colours), found);
    return EXIT.done;
  },
});

type Painter = (text: string) => string;

function columnsAt(now: Date, { red, yellow }: { red: Painter; yellow: Painter }): readonly Column<ProcessRecord>[] {
  return [
    { title: 'host', of: ({ host }) => host ?? '–' },
    { title: 'pid', of: ({ pid }) => String(pid ?? '–'), side: 'right' },
    {
      title: 'state',
      of: ({ state }) => state,
      paint: (cell, { state }) => (state === 'dead' ? red(cell) : state === 'silent' ? yellow(cell) : cell),
    },
    { title: 'release', of: ({ release }) => release ?? '–' },
    { title: 'started', of: ({ startedAt }) => age(startedAt, now), side: 'right' },
    { title: 'running', of: ({ running }) => String(running), side: 'right' },
    { title: 'slots', of: ({ takes }) => String(takes.reduce((sum, { slots }) => sum + slots, 0)), side: 'right' },
    { title: 'longest', of: ({ longestRunSince }) => age(longestRunSince, now), side: 'right' },
    { title: 'takes', of: ({ takes }) => takes.map(takesOf).join('; ') },
    { title: 'process', of: ({ processId }) => processId },
  ];
}

function takesOf({ channels, names }: ProcessRecord['takes'][number]): string {
  return `${names.join(', ')} in ${channels === null ? 'all channels' : channels.join(', ')}`;
}
