// #region preview
import { previewSchedule } from 'bearmq';

const nights = previewSchedule(
  { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
  { from: new Date('2026-03-28T00:00:00Z'), count: 3 },
);
console.log(nights.map((night) => night.toISOString())); // the second one at 03:00 in Berlin: there is no 02:30 that night
// #endregion preview
