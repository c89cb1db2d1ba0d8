import { describe, expect, it } from '@jest/globals';
import { inTurn } from './in-turn.ts';

/** Work that ends when told, and notes when it began. */
function work(log: string[], name: string) {
  let end: (failure?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  const begin = async (): Promise<string> => {
    log.push(name);
    await ended;
    return name;
  };
  return { begin, end };
}

describe('work in turn', () => {
  it('begins at once where there is none before it', () => {
    const log: string[] = [];
    void inTurn({}, work(log, 'first').begin);
    expect(log).toEqual(['first']);
  });

  it('waits for what was asked for before it on the same connection, also where that fails', async () => {
    const connection = {};
    const log: string[] = [];
    const [first, second, third] = ['first', 'second', 'third'].map((name) => work(log, name));
    const results = [first, second, third].map((one) => inTurn(connection, one?.begin as () => Promise<string>));
    first?.end(new Error('broken'));
    await expect(results[0]).rejects.toThrow('broken');
    second?.end();
    expect(await results[1]).toBe('second');
    third?.end();
    expect(await results[2]).toBe('third');
    expect(log).toEqual(['first', 'second', 'third']);
  });

  it('does not wait for that of another connection', () => {
    const log: string[] = [];
    void inTurn({}, work(log, 'here').begin);
    void inTurn({}, work(log, 'there').begin);
    expect(log).toEqual(['here', 'there']);
  });

  it('begins at once again when all before it is over', async () => {
    const connection = {};
    const log: string[] = [];
    const first = work(log, 'first');
    const result = inTurn(connection, first.begin);
    first.end();
    await result;
    await Promise.resolve(); // what was waited for is forgotten a turn later
    await Promise.resolve();
    void inTurn(connection, work(log, 'second').begin);
    expect(log).toEqual(['first', 'second']);
  });
});
