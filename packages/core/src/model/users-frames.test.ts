import { describe, expect, it } from '@jest/globals';
import { ownIn, withoutOurFrames } from './users-frames.ts';

const OWN = 'file:///app/node_modules/@bearmq/core/dist/';
const ours = `    at Executor.call (${OWN}consume/run/executor.js:66:31)
    at AsyncResource.runInAsyncScope (node:async_hooks:206:9)
    at ${OWN}runtime/async-context.js:18:50`;
const own = ownIn(`Error: here\n    at ${OWN}model/users-frames.js:7:1`);
const cut = (stack: string) => withoutOurFrames(stack, own);

describe('the stack that is kept of an error', () => {
  it('ends with the frames of the work function', () => {
    const theirs = 'Error: no\n    at send (file:///app/mail.js:3:9)\n    at workFunction (file:///app/jobs.js:7:3)';
    expect(cut(`${theirs}\n${ours}`)).toBe(theirs);
    expect(cut(theirs)).toBe(theirs);
  });

  it('has frames of ours that the work function called, and those of Node.js that it waited for', () => {
    const theirs = `InvalidOptionError: no\n    at fail (${OWN}options/check.js:1:1)\n    at work (file:///app/jobs.js:7:3)`;
    expect(cut(`${theirs}\n${ours}`)).toBe(theirs);
    const waited = 'Error: no\n    at work (file:///app/jobs.js:7:3)\n    at node:internal/timers:581:17';
    expect(cut(waited)).toBe(waited);
    expect(cut(`${waited}\n${ours}`)).toBe(waited);
  });

  it('has none of who woke us, and none of an outer job', () => {
    const theirs = 'Error: no\n    at work (file:///app/jobs.js:7:3)';
    const outer = '    at outerWork (file:///app/jobs.js:9:3)';
    const client = '    at Client.emit (file:///app/node_modules/pg/lib/client.js:1:1)';
    expect(cut(`${theirs}\n${ours}\n${client}`)).toBe(theirs);
    expect(cut(`${theirs}\n${ours}\n${outer}\n${ours}`)).toBe(theirs);
  });

  it('has what somebody added behind the frames, or put before them', () => {
    const theirs = 'Error: no\n    at work (file:///app/jobs.js:7:3)';
    const cause = 'Caused by: Error: root\n    at query (file:///app/db.js:1:1)';
    expect(cut(`${theirs}\n${ours}\n${cause}\n${ours}`)).toBe(`${theirs}\n${cause}`);
    expect(cut(`${theirs}\n${ours}\n\nDetails:\n  query: select 1`)).toBe(`${theirs}\n\nDetails:\n  query: select 1`);
    const wrapped = `Error: gave up: ${theirs}\n${ours}\nafter 3 tries\n    at retry (file:///app/retry.js:2:2)`;
    expect(cut(`${wrapped}\n${ours}`)).toBe(
      `Error: gave up: ${theirs}\nafter 3 tries\n    at retry (file:///app/retry.js:2:2)`,
    );
  });

  it('ends so where the engine wrote no frame as deep as that', () => {
    const theirs = 'Error: no\n    at work (file:///app/jobs.js:7:3)';
    expect(cut(`${theirs}\n    at Object.execute (${OWN}api/job-definition/job-definition.js:90:59)`)).toBe(theirs);
  });

  it.each([
    ['an error of ours alone', `Error: no\n${ours}`],
    ['a message of several lines', `Error: no\n    at all\n  ${OWN}`],
    ['a text without a stack', OWN],
    ['nothing', ''],
  ])('is whole for %s', (_, stack) => expect(cut(stack)).toBe(stack));

  it('knows its own frames by their places before they were compiled, too', () => {
    const theirs = 'Error: no\n    at work (/app/jobs.ts:7:3)';
    const mapped = ours.replaceAll('file://', '').replaceAll('/dist/', '/src/').replaceAll('.js:', '.ts:');
    expect(cut(`${theirs}\n${mapped}`)).toBe(theirs);
  });

  it('is whole where it is not known which modules are ours', () => {
    expect(ownIn('Error: here\n    at file:///app/bundle.js:9:9')).toBeUndefined();
    expect(withoutOurFrames(`Error: no\n    at work (file:///app/bundle.js:7:3)\n${ours}`, undefined)).toContain(ours);
  });
});
