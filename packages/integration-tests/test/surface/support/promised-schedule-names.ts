/** Of schedules, in `bearmq` and in `@bearmq/core`. */
export const scheduleNames: readonly string[] = [
  'BackfillRange',
  'DefinitionOf',
  'JobOfSchedule',
  'JobTick',
  'PreviewOptions',
  'PreviewSpec',
  'ScheduleFilter',
  'ScheduleNotFoundError',
  'ScheduleOptions',
  'SchedulePage',
  'ScheduleRecord',
  'ScheduleSpec',
  'Schedules',
  'TickOrigin',
  'TickOverrides',
  'previewSchedule',
];
