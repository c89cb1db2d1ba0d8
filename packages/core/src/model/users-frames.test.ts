import { describe, expect, it } from '@jest/globals';
import { withoutOurFrames } from './users-frames.ts';

const OWN = 'file:///app/node_modules/@bearmq/core/dist/';
const ours = `    at Executor.call (${OWN}consume/run/executor.js:66:31)
    at AsyncResource.runInAsyncScope (node:async_hooks:206:9)
    at ${OWN}runtime/async-context.js:18:50`;
const cut = (stack: string) => withoutOurFrames(stack, OWN);

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

  it.each([
    ['an error of ours alone', `Error: no\n${ours}`],
    ['a message of several lines', `Error: no\n    at all\n  ${OWN}`],
    ['a text without a stack', OWN],
    ['nothing', ''],
  ])('is whole for %s', (_, stack) => expect(cut(stack)).toBe(stack));

  it('is whole where it is not known which modules are ours', () => {
    expect(withoutOurFrames(`Error: no\n    at work (file:///app/bundle.js:7:3)\n${ours}`, undefined)).toContain(ours);
  });
});
