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

  it('is of somebody unknown where the sender cannot tell whether it commits', () => {
    expect(decodeHint('')).toEqual({ senderId: '', told: null });
  });

  it.each([
    'x',
    'x ["0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21","C","N"]',
    `${senderId} `,
    `${senderId} {`,
    `${senderId} null`,
    `${senderId} ["x","C","N"]`,
    `${senderId} ["${told.id}","C"]`,
    `${senderId} ["${told.id}",1,"N"]`,
    `${senderId} ["${told.id}","C","N","more"]`,
    `${senderId} ["${told.id}","","N"]`,
    `${senderId} ["${told.id}","C",""]`,
    `${senderId} ["${told.id}","\\u0000","N"]`,
    `${senderId} ["${told.id}","C","N\\u0000"]`,
    `${senderId} ["${told.id}","\\ud800","N"]`,
    `${senderId} ["${told.id}","C","\\udc00"]`,
    `${senderId} ["${told.id}","${'c'.repeat(256)}","N"]`,
    `${senderId} ["${told.id}","C","${'é'.repeat(128)}"]`,
  ])('is nothing of ours where it could not be: %j', (payload) => {
    expect(decodeHint(payload)).toBeNull();
  });
});
