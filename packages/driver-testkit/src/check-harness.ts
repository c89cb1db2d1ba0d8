import assert from 'node:assert/strict';
import type { CapabilityName, DriverHarness, SessionHarness } from './harness.ts';

const CAPABILITIES: Readonly<Record<CapabilityName, null>> = {
  concurrentConnections: null,
  terminateBackend: null,
  lostTransaction: null,
  statementTimeout: null,
  notifications: null,
  listeningSession: null,
  borrowedClient: null,
  endedClient: null,
};

/** Refuses a harness with which little or nothing would be run: authors may write it in JavaScript. */
export function checkHarness(harness: DriverHarness): void {
  const { schema, capabilities, open } = harness;
  checkSessions(harness);
  assert.ok(typeof schema === 'string' && schema !== '', 'harness.schema must name an existing schema');
  assert.equal(typeof open, 'function', 'harness.open must be a function');
  for (const capability of Object.keys(CAPABILITIES) as CapabilityName[]) {
    const given: unknown = capabilities?.[capability];
    const valid = given === true || (typeof given === 'string' && given !== '');
    assert.ok(valid, `harness.capabilities.${capability} must be true, or say in words why not`);
  }
  for (const given of Object.keys(capabilities)) {
    assert.ok(given in CAPABILITIES, `harness.capabilities.${given} is not known`);
  }
}

/** The part of {@link checkHarness} that is about sessions. */
export function checkSessions({ name, sessions, print }: SessionHarness): void {
  assert.ok(typeof name === 'string' && name !== '', 'harness.name must be a text');
  const kinds = Object.entries(sessions ?? {});
  assert.ok(kinds.length > 0, 'harness.sessions is empty: name at least one kind of session');
  for (const [kind, factory] of kinds) {
    assert.equal(typeof factory, 'function', `harness.sessions[${JSON.stringify(kind)}] must be a function`);
  }
  assert.ok(print === undefined || typeof print === 'function', 'harness.print must be a function, if given');
}
