import { describe, expect, it } from '@jest/globals';
import { decodeHint, encodeHint } from './hint.ts';
import { MAX_NAME_BYTES } from './limits.ts';

const senderId = '0190a6f4-7c1e-4d0e-9c43-0b8f5a6d7e21';
const told = { id: '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21', channel: 'a "b" \u0001 c', name: 'N 1' };

describe('what a notification says', () => {
  it('is read as it was written', () => {
    for (const hint of [
      { senderId, told: null },
      { senderId, told },
    ]) {
      expect(decodeHint(encodeHint(hint))).toEqual(hint);
    }
  });

  it('fits into a notification, whatever the names', () => {
    const longest = '\u0001'.repeat(MAX_NAME_BYTES);
    const payload = encodeHint({ senderId, told: { ...told, channel: longest, name: longest } });
    expect(new TextEncoder().encode(payload).length).toBeLessThan(8_000);
  });

  it.each([
    '',
    'x',
    `${senderId} `,
    `${senderId} {`,
    `${senderId} null`,
    `${senderId} ["x","C","N"]`,
    `${senderId} ["${told.id}","C"]`,
    `${senderId} ["${told.id}",1,"N"]`,
    `${senderId} ["${told.id}","C","N","more"]`,
  ])('is only that there may be work where it is of nobody we know: %j', (payload) => {
    expect(decodeHint(payload).told).toBeNull();
  });
});
