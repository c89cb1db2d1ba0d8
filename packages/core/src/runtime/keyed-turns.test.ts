import { describe, expect, it } from '@jest/globals';
import { KeyedTurns } from './keyed-turns.ts';

/** Work that says when it starts, and ends when told. */
function workOf(started: string[]) {
  const ends = new Map<string, (error?: Error) => void>();
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
    });
  };
  return { work, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

describe('turns', () => {
  it('are one of a key at a time, in order, and others pass', async () => {
    const started: string[] = [];
    const { work, end } = workOf(started);
    const turns = new KeyedTurns(4);
    const first = turns.take('a', work('a1'));
    const second = turns.take('a', work('a2'));
    const other = turns.take('b', work('b1'));
    expect(started).toEqual(['a1', 'b1']);
    end('a1');
    expect(await first).toBe('a1');
    expect(started).toEqual(['a1', 'b1', 'a2']);
    end('a2');
    end('b1');
    expect(await Promise.all([second, other])).toEqual(['a2', 'b1']);
  });

  it('are so many in all', async () => {
    const started: string[] = [];
    const { work, end } = workOf(started);
    const turns = new KeyedTurns(2);
    const all = ['a', 'b', 'c'].map((key) => turns.take(key, work(key)));
    expect(started).toEqual(['a', 'b']);
    end('b');
    await all[1];
    expect(started).toEqual(['a', 'b', 'c']);
    end('a');
    end('c');
    await Promise.all(all);
  });

  it('go on after one that failed', async () => {
    const started: string[] = [];
    const { work, end } = workOf(started);
    const turns = new KeyedTurns(1);
    const failing = turns.take('a', work('a1'));
    const next = turns.take('a', work('a2'));
    end('a1', new Error('no'));
    await expect(failing).rejects.toThrow('no');
    end('a2');
    expect(await next).toBe('a2');
  });
});
