import { describe, expect, it } from '@jest/globals';
import { jobsThatAreOver } from '../jobs/support/over.ts';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { callOn } from './support/call.ts';
import { golden } from './support/golden.ts';

const schema = useSchema();

/** In order: the second test finds what the first has left. */
describe('bearmq jobs tail', () => {
  it('shows the jobs that ended last, the newest at the end', async () => {
    const [succeeded = '', failed = '', cancelled = ''] = await jobsThatAreOver(schema);
    const names = { [succeeded]: 'succeeded', [failed]: 'failed', [cancelled]: 'cancelled' };
    const { exitCode, out } = await callOn(schema, ['jobs', 'tail', '--limit', '2', '--plain']);
    expect(exitCode).toBe(0);
    expect(golden(out, names)).toBe(
      '<moment>\tfailed\tJOB\t<failed>\t1/1\t<ms>\tError: 100% of_disk\n' +
        '<moment>\tcancelled\tJOB\t<cancelled>\t0/1\t–\tnot wanted\n',
    );
    expect((await callOn(schema, ['jobs', 'tail', '--outcome', 'succeeded', '--json'])).out).toMatch(/^\{"id":.*\}\n$/);
  });

  it('goes on with --follow: each job once, and none that ended before', async () => {
    let [told, stop] = ['', (): void => {}];
    const followed = callOn(schema, ['jobs', 'tail', '--follow', '--every', '0.01s', '--limit', '1', '--plain'], {
      onStart: (it) => (stop = it),
      onOutput: (text) => (told += text),
    });
    await until('it has begun', () => told.includes('cancelled'));
    const ids = await jobsThatAreOver(schema);
    await until('it has told of all', () => ids.every((id) => told.includes(id)));
    await schema.rows("update {s}.finalized_job set finalized_at = finalized_at where outcome = 'failed'");
    stop();
    const { exitCode, out } = await followed;
    expect(exitCode).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(4);
  });
});
