import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ListingNotes, listFiles, measureFile } from '../src/files.ts';
import { FolderWatch } from '../src/folder-watch.ts';
import { bytes, durations, percentile, printable } from '../src/format.ts';
import { Screen } from '../src/screen.ts';
import { useFolder, writeFiles, writeSample } from './support/folder.ts';

describe('files', () => {
  const root = useFolder();

  test('are listed by folder, in order of their names', async () => {
    writeSample(root);
    const notes: ListingNotes = { unreadable: [], skipped: 0 };
    const lists: (readonly string[])[] = [];
    for await (const list of listFiles(root, notes)) lists.push(list);
    expect(lists.map((list) => list.length)).toEqual([1, 1, 25, 3]);
    expect(lists[0]).toEqual(['a.md']);
    expect(lists[2]?.slice(0, 3)).toEqual(['many/0.txt', 'many/1.txt', 'many/10.txt']);
    expect(notes).toEqual({ unreadable: [], skipped: 1 });
  });

  test('a folder that is gone is noted', async () => {
    const notes: ListingNotes = { unreadable: [], skipped: 0 };
    for await (const _ of listFiles(join(root, 'missing'), notes)) throw new Error('nothing is there');
    expect(notes.unreadable).toEqual([{ path: '.', problem: 'gone, or its name is not UTF-8' }]);
  });

  test.each([
    ['empty', '', { lines: 0, words: 0 }],
    ['one line', 'two words\n', { lines: 1, words: 2 }],
    ['no line end', '  a\n\nb\tc ', { lines: 3, words: 3 }],
    ['Windows', 'a b\r\nc\r\n', { lines: 2, words: 3 }],
    ['binary', Buffer.from([65, 0, 10]), { lines: null, words: null }],
    ['large', 'word '.repeat(200_000), { lines: 1, words: 200_000 }],
  ])('%s', async (name, content, expected) => {
    writeFiles(root, { [`measured/${name}.TXT`]: content });
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = await measureFile(root, `measured/${name}.TXT`);
    expect(file).toMatchObject({ ...expected, sha256, bytes: content.length, kind: '.txt', problem: null });
  });

  test('one that cannot be read is a result, too', async () => {
    rmSync(join(root, 'measured'), { recursive: true });
    expect(await measureFile(root, 'measured/x')).toMatchObject({
      sha256: null,
      problem: 'gone, or its name is not UTF-8',
    });
    expect(await measureFile(root, 'many')).toMatchObject({ sha256: null, problem: 'a folder by now' });
  });
});

describe('the watch over folders', () => {
  test('counts overlaps and disorder, but not a retry that comes later', () => {
    const watch = new FolderWatch();
    watch.enter('a', 0, 1)();
    const leave = watch.enter('a', 2, 1);
    const other = watch.enter('b', 1, 1);
    expect(watch.running).toBe(2);
    leave();
    other();
    watch.enter('a', 0, 2)();
    expect(watch).toMatchObject({ overlaps: 0, disorders: 0, mostAtOnce: 2, folders: 2 });
    watch.enter('a', 1, 1);
    watch.enter('a', 3, 1);
    expect(watch).toMatchObject({ overlaps: 1, disorders: 1 });
  });
});

describe('what is printed', () => {
  test('figures', () => {
    expect([bytes(0), bytes(999), bytes(999_700), bytes(1_234_567)]).toEqual(['0 B', '999 B', '1.0 MB', '1.2 MB']);
    expect([durations(0.12, 7), durations(20, 1_500)]).toEqual(['0.1/7.0 ms', '20 ms/1.50 s']);
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([], 0.5)).toBeUndefined();
  });

  test('names cannot move the cursor, nor break the table', () => {
    expect(printable('a\x1b[2J\nb')).toBe('a?[2J?b');
    expect(printable('x'.repeat(100), 10)).toBe('xxx…xxxxxx');
  });

  test('on a terminal the last line is written over, and cut to the width', () => {
    const { screen, written } = fakeTerminal({});
    screen.live('0123456789');
    screen.say('stays');
    screen.live('');
    expect(written()).toBe('01234\x1b[1G\x1b[2Kstays\n01234\x1b[1G\x1b[2K');
  });

  test('with CI a terminal is treated as a file', () => {
    const { screen, written } = fakeTerminal({ CI: 'true' });
    screen.live('0123456789');
    screen.say(screen.style('bold', 'stays'));
    expect(written()).toBe('stays\n');
  });
});

function fakeTerminal(env: Readonly<Record<string, string>>): { screen: Screen; written: () => string } {
  let text = '';
  const write = (piece: string): boolean => {
    text += piece;
    return true;
  };
  const clearLine = (): boolean => write('\x1b[2K');
  const terminal = { isTTY: true, columns: 6, write, clearLine, hasColors: () => true };
  return { screen: new Screen(terminal as unknown as NodeJS.WriteStream, env), written: () => text };
}
