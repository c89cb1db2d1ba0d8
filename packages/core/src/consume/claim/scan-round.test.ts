import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { ScanRound } from './scan-round.ts';

const lane = (name: string) => ({ channel: 'C', name });
const nothing = [[], []];
const something = [[], [claimedJob({})]];

describe('a round of scans', () => {
  it('begins with the first lane, and is over with each scan that looks at all', () => {
    const round = new ScanRound();
    expect(round.from).toBeNull();
    expect(round.note({ scannedTo: null, jobs: something })).toBe(false);
    expect(round.from).toBeNull();
  });

  it('goes on where a scan ended, and begins again after the last', () => {
    const round = new ScanRound();
    expect(round.note({ scannedTo: lane('d'), jobs: nothing })).toBe(true);
    expect(round.from).toEqual({ scan: 'full', after: lane('d') });
    expect(round.note({ scannedTo: lane('h'), jobs: nothing })).toBe(true);
    expect(round.from).toEqual({ scan: 'full', after: lane('h') });
    expect(round.note({ scannedTo: null, jobs: nothing })).toBe(false);
    expect(round.from).toBeNull();
  });

  it('is followed by another one as long as it brings anything', () => {
    const round = new ScanRound();
    round.note({ scannedTo: lane('d'), jobs: something });
    expect(round.note({ scannedTo: null, jobs: nothing })).toBe(true);
    round.note({ scannedTo: lane('d'), jobs: nothing });
    expect(round.note({ scannedTo: null, jobs: nothing })).toBe(false);
  });
});
