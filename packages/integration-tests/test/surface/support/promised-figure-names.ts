/** The types of what `bearmq` and `@bearmq/core` tell of a queue in figures. */
export const promisedFigureNames: readonly string[] = [
  'DurationCount',
  'DurationSeries',
  'FailureGroup',
  'FailureSummary',
  'FailuresOptions',
  'LaneCount',
  'LaneOutcome',
  'LaneRecord',
  'LaneTotals',
  'LanesOptions',
  'QueueRecord',
  'Series',
  'SeriesQuery',
  'Stats',
];
