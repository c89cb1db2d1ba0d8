import { describe, expect, it } from '@jest/globals';
import { DuplicateJobDefinitionError } from '../errors.ts';
import { type RegisteredJob, Registry } from './registry.ts';

const job = (name: string, repeatSecs?: number): RegisteredJob => ({
  name,
  repeatSecs,
  maxRunSecs: undefined,
  payloadVersion: 1,
  schedules: [],
  hasGroups: false,
  draft: () => Promise.reject(new Error('not asked for')),
  execute: () => undefined,
  nextTick: () => {
    throw new Error('not asked for');
  },
  tickJob: () => {
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

  it('keeps a name that was taken, before its definition is known to anybody', () => {
    const registry = new Registry();
    let calls = 0;
    registry.onRegistered(() => {
      calls += 1;
    });
    const a = job('A');
    registry.take(a);
    expect(registry.names()).toEqual([]);
    expect(() => registry.take(job('A'))).toThrow(DuplicateJobDefinitionError);
    expect(() => registry.register(job('A'))).toThrow(DuplicateJobDefinitionError);
    expect(calls).toBe(0);
    registry.register(a);
    expect([registry.names(), calls]).toEqual([['A'], 1]);
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

  it('knows whether there may be schedules: where one is declared, or somebody says so, until a look finds none', () => {
    const registry = new Registry();
    registry.register(job('A'));
    expect(registry.scheduleNews).toBe(0);
    const entry = { key: 'k', rule: { everySecs: 1 }, ruleText: '{"everySecs":1}', payloadText: 'null' };
    registry.register({ ...job('B'), schedules: [entry] });
    const mark = registry.scheduleNews;
    expect(mark).toBeGreaterThan(0);
    registry.announceSchedules();
    registry.noSchedules(mark); // somebody looked before that
    expect(registry.scheduleNews).toBeGreaterThan(0);
    registry.noSchedules(registry.scheduleNews);
    expect(registry.scheduleNews).toBe(0);
  });
});
