import { describe, expect, it } from '@jest/globals';
import { DuplicateJobDefinitionError } from '../errors.ts';
import { type RegisteredJob, Registry } from './registry.ts';

const job = (name: string, repeatSecs?: number): RegisteredJob => ({
  name,
  repeatSecs,
  maxRunSecs: undefined,
  execute: () => undefined,
  nextTick: () => {
    throw new Error('not asked for');
  },
});

describe('a registry', () => {
  it('knows definitions by name, and which of them repeat', () => {
    const registry = new Registry();
    const [a, b] = [job('A'), job('B', 60)];
    registry.register(a);
    registry.register(b);
    expect(registry.names()).toEqual(['A', 'B']);
    expect(registry.get('A')).toBe(a);
    expect(registry.get('C')).toBeUndefined();
    expect(registry.get('toString')).toBeUndefined();
    expect(registry.repeating()).toEqual([b]);
  });

  it('takes the same definition twice, and no other of its name', () => {
    const registry = new Registry();
    const a = job('A');
    registry.register(a);
    registry.register(a);
    expect(() => registry.register(job('A'))).toThrow(DuplicateJobDefinitionError);
    expect(registry.get('A')).toBe(a);
  });

  it('tells its listeners of what is new, until they leave', () => {
    const registry = new Registry();
    let calls = 0;
    const leave = registry.onRegistered(() => {
      calls += 1;
    });
    const a = job('A');
    registry.register(a);
    registry.register(a);
    expect(calls).toBe(1);
    leave();
    registry.register(job('B'));
    expect(calls).toBe(1);
  });
});
