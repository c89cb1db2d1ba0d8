import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { codeBlocks, documents } from './support/documents.ts';
import { code, table } from './support/tables.ts';

const BIN = join(dirname(createRequire(import.meta.url).resolve('bearmq/package.json')), 'dist/bin.js');

interface Help {
  readonly status: number | null;
  readonly stdout: string;
}

/** A page shows many calls of few commands. */
const asked = new Map<string, Help>();

function help(...words: readonly string[]): Help {
  const name = words.join(' ');
  const known = asked.get(name);
  if (known !== undefined) return known;
  const found = spawnSync(process.execPath, [BIN, ...words, '--help'], { encoding: 'utf8' });
  asked.set(name, found);
  return found;
}

/** The commands below one, from its help. */
function listed(words: readonly string[]): readonly string[] {
  const [, commands = ''] = help(...words).stdout.split('\nCommands:\n');
  return [...commands.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, name]) => {
    if (name === undefined || name === 'help') return [];
    const below = words.length === 0 ? listed([name]) : [];
    return below.length > 0 ? below.map((last) => `${name} ${last}`) : [name];
  });
}

describe('the command line on the pages', () => {
  const commands = listed([]);

  it('has a row for each command', () => {
    const rows = table('operate/command-line', '## Commands').map(([name]) => code(name));
    expect(rows.sort()).toEqual([...commands].sort());
  });

  const calls = codeBlocks('bash')
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => (line.startsWith('npx bearmq ') ? [line.slice('npx bearmq '.length)] : []));

  it.each([...new Set(calls)])('shows calls that are understood: bearmq %s', (call) => {
    const words = call.split(' ');
    const name = [words.slice(0, 2), words.slice(0, 1)].find((first) => commands.includes(first.join(' ')));
    // `migrate` by itself is `migrate up`; it is no command of the table.
    const { status, stdout } = help(...(name ?? words.slice(0, 1)));
    expect(status).toBe(0);
    for (const flag of words.filter((word) => word.startsWith('--'))) expect(stdout).toContain(flag);
  });

  it('says in its text no call that is not understood either', () => {
    const first = new Set(commands.map((name) => name.split(' ')[0]));
    const inText = documents.flatMap(({ text }) => [...text.matchAll(/`npx bearmq ([a-z]+)/g)].map(([, name]) => name));
    expect(inText.filter((name) => !first.has(name))).toEqual([]);
  });
});
