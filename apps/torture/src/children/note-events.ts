import { reasonOf } from '@bearmq/test-support';
import type { BearEvent, Context } from 'bearmq';
import type { Tell } from '../ledger/ledger-file.ts';

/** Writes down every event as it is told. */
export function noteEvents(context: Context, tell: Tell): void {
  context.addEventHandler((event) => {
    tell({
      kind: 'event',
      type: event.eventType,
      ...('jobId' in event ? { jobId: event.jobId } : {}),
      ...('attempt' in event ? { attempt: event.attempt } : {}),
      ...('jobGroup' in event ? { group: event.jobGroup } : {}),
      ...textOf(event),
    });
  });
}

function textOf(event: BearEvent): { readonly text?: string } {
  if (event.eventType === 'DAEMON_ERROR')
    return { text: `${event.daemon} (${event.failures}): ${reasonOf(event.error)}` };
  if (event.eventType === 'WARNING') return { text: event.message };
  if (event.eventType === 'EVENT_HANDLER_ERROR') return { text: `${event.handledEventType}: ${reasonOf(event.error)}` };
  return {};
}
