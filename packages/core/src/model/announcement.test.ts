import { describe, expect, it } from '@jest/globals';
import { decodeAnnouncement, encodeAnnouncement, MAX_IDS_ANNOUNCED } from './announcement.ts';
import { MAX_NAME_BYTES } from './limits.ts';

const senderId = '0190a6f4-7c1e-4d0e-9c43-0b8f5a6d7e21';
const announced = { id: '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21', channel: 'a "b" \u0001 c', name: 'N 1' };

describe('what a notification says', () => {
  it('is read as it was written', () => {
    for (const announcement of [
      { senderId, announced: null },
      { senderId, announced },
      { senderId, announced: null, cancelled: [announced.id, senderId] },
      { senderId, announced: null, over: [announced.id, senderId] },
    ]) {
      expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
    }
  });

  it('fits into a notification, whatever the names', () => {
    const longest = '\u0001'.repeat(MAX_NAME_BYTES);
    const payload = encodeAnnouncement({ senderId, announced: { ...announced, channel: longest, name: longest } });
    expect(new TextEncoder().encode(payload).length).toBeLessThan(8_000);
  });

  it.each(['cancelled', 'over'])('fits into a notification, however many jobs it says are %s', (what) => {
    const ids = Array<string>(MAX_IDS_ANNOUNCED).fill(announced.id);
    const payload = encodeAnnouncement({ senderId, announced: null, [what]: ids });
    expect(new TextEncoder().encode(payload).length).toBeLessThan(8_000);
  });

  it('is of somebody unknown where the sender cannot tell whether it commits', () => {
    expect(decodeAnnouncement('')).toEqual({ senderId: '', announced: null });
  });

  it.each([
    'x',
    'x ["0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21","C","N"]',
    `${senderId} `,
    `${senderId} {`,
    `${senderId} null`,
    `${senderId} ["x","C","N"]`,
    `${senderId} ["${announced.id}","C"]`,
    `${senderId} ["${announced.id}",1,"N"]`,
    `${senderId} ["${announced.id}","C","N","more"]`,
    `${senderId} ["${announced.id}","","N"]`,
    `${senderId} ["${announced.id}","C",""]`,
    `${senderId} ["${announced.id}","\\u0000","N"]`,
    `${senderId} ["${announced.id}","C","N\\u0000"]`,
    `${senderId} ["${announced.id}","\\ud800","N"]`,
    `${senderId} ["${announced.id}","C","\\udc00"]`,
    `${senderId} ["${announced.id}","${'c'.repeat(256)}","N"]`,
    `${senderId} ["${announced.id}","C","${'é'.repeat(128)}"]`,
    `${senderId} {"over":"${announced.id}"}`,
    `${senderId} {"over":["x"]}`,
    `${senderId} {"over":["${announced.id}",1]}`,
    `${senderId} {"over":["${announced.id.toUpperCase()}"]}`,
    `${senderId} {"over":{"0":"${announced.id}"}}`,
    `${senderId} {"ended":["${announced.id}"]}`,
  ])('is nothing of ours where it could not be: %j', (payload) => {
    expect(decodeAnnouncement(payload)).toBeNull();
  });
});
