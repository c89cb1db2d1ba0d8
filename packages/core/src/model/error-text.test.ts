import { describe, expect, it } from '@jest/globals';
import { errorTextOf } from './error-text.ts';

/** Without the frames of this file. */
const said = (error: unknown): string =>
  errorTextOf(error)
    .split('\n')
    .filter((line) => !line.startsWith('    at '))
    .join('\n');

describe('the text that is kept of an error', () => {
  it('tells what caused it, and what caused that', () => {
    const root = new TypeError('no such host');
    const error = new Error('not sent', { cause: new Error('no connection', { cause: root }) });
    expect(said(error)).toBe('Error: not sent\n[cause]: Error: no connection\n[cause]: TypeError: no such host');
    expect(errorTextOf(error)).toContain('error-text.test.');
  });

  it('tells what all of several ways failed with', () => {
    const error = new AggregateError([new Error('one'), 'two'], 'all of them');
    expect(said(error)).toBe('AggregateError: all of them\n[error 1 of 2]: Error: one\n[error 2 of 2]: two');
  });

  it('has an end where errors cause each other, or many do', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(said(error)).toBe('Error: a\n[cause]: Error: b');
    const many = Array.from({ length: 100 }, (_, i) => `no ${i}`);
    expect(said(new AggregateError(many, 'many')).split('\n')).toHaveLength(6);
  });

  it('says once what an error has put into its own stack', () => {
    const cause = new Error('root');
    const error = new Error('outer', { cause });
    error.stack += `\nCaused by: ${cause.stack}`;
    expect(said(error)).toBe('Error: outer\nCaused by: Error: root');
  });

  it('has a message that was changed after its stack was read', () => {
    const error = new Error('no answer');
    expect(error.stack).toContain('no answer');
    error.message = 'order 7: late';
    expect(said(error)).toBe('Error: order 7: late\nError: no answer');
  });

  it('tells what is in an object that is no error', () => {
    expect(errorTextOf({ code: 'PGRST116', message: 'no rows' })).toBe('{"code":"PGRST116","message":"no rows"}');
    expect(errorTextOf(Object.create(null))).toBe('a thrown object that cannot be turned into text');
    const round: { self?: unknown } = {};
    round.self = round;
    expect(errorTextOf(round)).toBe('[object Object]');
  });
});
