import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { WorkerStoppingError } from '../../errors.ts';
import type { ClaimedJob } from '../../model/job.ts';
import { Holding } from '../holding.ts';
import { RunMetadata } from './run-metadata.ts';

const job = claimedJob({
  name: 'N',
  channel: 'C',
  jobGroup: 'g',
  attempt: 2,
  numAttempts: 3,
  priority: 4,
  enqueuedAtMs: 1.5,
  payloadText: '{"password":"hunter2"}',
  extras: '{"headers":{"traceparent":"00-1"}}',
});
const toldOf = (of: ClaimedJob) => new RunMetadata(of, 'w', new Holding(of));
const fields = {
  jobId: job.id,
  jobName: 'N',
  channel: 'C',
  jobGroup: 'g',
  attempt: 2,
  numAttempts: 3,
  priority: 4,
  headers: { traceparent: '00-1' },
  enqueuedAt: new Date(1),
  workerId: 'w',
};

describe('what a work function is told', () => {
  it('is all of the job but its payload, and who runs it, as fields of its own', () => {
    const metadata = toldOf(job);
    expect({ ...metadata }).toEqual(fields);
    expect(Object.keys(metadata)).toEqual(Object.keys(fields));
    expect(structuredClone(metadata)).toEqual(fields);
    expect(JSON.parse(JSON.stringify(metadata))).toEqual({ ...fields, enqueuedAt: '1970-01-01T00:00:00.001Z' });
  });

  it('shows neither payload nor claim to who logs it', () => {
    const metadata = toldOf(job);
    for (const shown of [
      inspect(metadata),
      inspect(metadata, { depth: 9, showHidden: true }),
      JSON.stringify(metadata),
    ]) {
      expect(shown).toContain(job.id);
      expect(shown).not.toContain('hunter2');
    }
  });

  it('has its signal through a proxy, in an object made from it, and by itself', () => {
    const active = new Holding(job);
    const metadata = new RunMetadata(job, 'w', active);
    const { signal } = metadata;
    expect(signal).toBe(active.signal);
    expect(new Proxy(metadata, {}).signal).toBe(signal);
    expect((Object.create(metadata) as RunMetadata).signal).toBe(signal);
    active.lose();
    expect(signal.aborted).toBe(true);
  });

  it('has a signal of its Worker being stopped, whether it is looked at before or after', () => {
    const by = { id: 'w', isLeaving: false };
    const [early, late] = [new Holding(job), new Holding(job)];
    early.by = by;
    late.by = by;
    const metadata = new RunMetadata(job, 'w', early);
    const { stopping } = metadata;
    expect(new Proxy(metadata, {}).stopping).toBe(stopping);
    expect(stopping.aborted).toBe(false);
    by.isLeaving = true;
    for (const holding of [early, late]) holding.tellStopping();
    expect(stopping.reason).toMatchObject({ code: 'BEAR_WORKER_STOPPING', workerId: 'w', jobId: job.id });
    expect(new RunMetadata(job, 'w', late).stopping.reason).toBeInstanceOf(WorkerStoppingError);
    expect([early.signal.aborted, late.signal.aborted]).toEqual([false, false]);
  });

  it('is a group of its own where it has none: a version 4 UUID that follows from the job alone', () => {
    const groups = new Set<string>();
    for (let i = 0; i < 1_000; i += 1) {
      const id = uuidv7();
      const { jobGroup } = toldOf(claimedJob({ id }));
      expect(jobGroup).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(toldOf(claimedJob({ id, attempt: 2 })).jobGroup).toBe(jobGroup);
      groups.add(jobGroup);
    }
    expect(groups.size).toBe(1_000);
  });
});
