import { describe, expect, it } from '@jest/globals';
import type { Worker } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const reasonOf = (worker: Worker): string | undefined => {
  const readiness = worker.readiness();
  return readiness.isReady ? undefined : readiness.reason;
};

describe('the readiness of a Worker', () => {
  it('comes with its lease, and goes as soon as it is told to stop', async () => {
    const context = schema.context();
    const worker = daemons.worker(context);
    expect(reasonOf(worker)).toBe('starting');
    await until('it has looked around', () => reasonOf(worker) === 'nothing-registered');
    await notedJob(context, 'ANY');
    await until('it is ready', () => worker.readiness().isReady);
    const stopped = worker.stop();
    expect(worker.readiness()).toEqual({ isReady: false, reason: 'stopping', message: 'it was told to stop' });
    await stopped;
    expect(reasonOf(worker)).toBe('stopping');
  });

  it('goes while claims fail, with the error, and comes back by itself', async () => {
    const context = schema.context({ pollSecs: 0.1 });
    await notedJob(context, 'CLAIMED');
    const worker = daemons.worker(context);
    await until('it is ready', () => worker.readiness().isReady);
    await schema.rows('alter table {s}.job rename to hidden');
    try {
      await until('claims fail', () => reasonOf(worker) === 'claims-fail');
      expect(worker.readiness()).toMatchObject({ message: expect.stringMatching(/^the last claim failed: .*job/) });
    } finally {
      await schema.rows('alter table {s}.hidden rename to job');
    }
    await until('it is ready again', () => worker.readiness().isReady);
  });

  it('goes with a lease that can no longer be renewed', async () => {
    const context = schema.context({ leaseSecs: 3, pollSecs: 60 });
    await notedJob(context, 'LEASED');
    const worker = daemons.worker(context);
    await until('it is ready', () => worker.readiness().isReady);
    await schema.rows('alter table {s}.process rename to hidden');
    try {
      await until('its lease is in doubt', () => reasonOf(worker) === 'lease-in-doubt');
      expect(worker.readiness()).toMatchObject({ message: expect.stringMatching(/not renewed in time: .+/) });
    } finally {
      await schema.rows('alter table {s}.hidden rename to process');
    }
    await until('it is ready again', () => worker.readiness().isReady);
  });

  it('is not there before a lease is, and says what keeps it from one', async () => {
    const context = schema.context();
    await notedJob(context, 'NOWHERE');
    await schema.rows('alter table {s}.process rename to hidden');
    try {
      const worker = daemons.worker(context);
      await until('it has tried to get one', () => {
        const readiness = worker.readiness();
        return !readiness.isReady && readiness.reason === 'no-lease' && readiness.message.includes(': ');
      });
    } finally {
      await schema.rows('alter table {s}.hidden rename to process');
    }
  });
});
