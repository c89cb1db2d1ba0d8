import { describe, expect, it } from '@jest/globals';
import { useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the examples of payloads and hooks', () => {
  const start = useExamples();
  const database = useDatabase();

  it('split has a web server that enqueues, and a worker that has the function', async () => {
    expect(await start('split/web', database.url()).ended()).toBe(0);
    const worker = start('split/worker', database.url());
    await worker.prints('image 7 cropped to 300');
    expect(await worker.stop()).toBe(0);
    await expectTidy(database);
  });

  it('payload-schema gives a Date for a text, refuses an address, and brings an old payload up', async () => {
    const example = start('payload-schema', database.url());
    await example.prints('reminder to ada@example.org: due in 2040');
    await example.prints('refused: to: ');
    await example.prints('billed: 700 cents');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('hooks hand the tenant on from job to job', async () => {
    const example = start('hooks', database.url());
    await example.prints('receipt of acme sent');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('payload-codec stores what nobody reads, and calls the number', async () => {
    const example = start('payload-codec', database.url());
    await example.prints('called 030 12345');
    expect(await example.stop()).toBe(0);
    const [row] = await database.rows("select payload::text from _bearmq.finalized_job where name = 'CALL_CUSTOMER'");
    expect(row).toEqual({ payload: expect.stringMatching(/^\{"keyId":"2031","data":"[A-Za-z0-9+/=]+"\}$/) });
    await expectTidy(database);
  });
});
