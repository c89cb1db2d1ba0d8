import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const reports = new Map([[1, { isReady: false }]]);

// #region snooze

import { JobDefinition, JobFailure, JobSnooze } from 'bearmq';

const sendReport = new JobDefinition({
  context,
  name: 'SEND_REPORT',
  numAttempts: 5,
  workFunction: async (payload: { reportId: number }) => {
    const report = reports.get(payload.reportId);
    if (report === undefined) throw new JobFailure(`there is no report ${payload.reportId}`); // no more attempts
    if (!report.isReady) throw new JobSnooze(60, 'the report is still being made'); // in a minute, no attempt spent
    console.log(`report ${payload.reportId} sent`);
  },
});
// #endregion snooze

context.addEventHandler((event) => {
  if (event.eventType === 'WORKER_JOB_SNOOZE') {
    console.log(`snoozed: ${event.reason}`);
    for (const report of reports.values()) report.isReady = true;
  }
});
await sendReport.register();
await sendReport.enqueue({ reportId: 1 });
await sendReport.enqueue({ reportId: 2 });
stopOnSignal([new Worker({ context })]);
