// What the HTTP API answers, and is given: `<mount>/api/v1/…`; with several sources `<mount>/@<source>/api/v1/…`.
// The pages import these types, and so may scripts. Times are ISO 8601.
export type { GroupOrder, JobOutcome, JobState, LaneOutcome } from '@bearmq/core';
export type { Action, BulkAction, PayloadMode } from './actions.ts';
export type { BulkAnswer, BulkBody, BulkPreviewAnswer, BulkPreviewBody, FilterBody } from './api-types/bulk.ts';
export type { CountAnswer, ErrorAnswer } from './api-types/common.ts';
export type {
  CancelAnswer,
  CancelBody,
  ChainLink,
  DeleteAnswer,
  EnqueueAnswer,
  EnqueueBody,
  ExplainAnswer,
  JobAnswer,
  JobLogAnswer,
  JobResultAnswer,
  JobRow,
  JobsAnswer,
  PayloadHeadAnswer,
  PriorityAnswer,
  PriorityBody,
  RetryAnswer,
  RetryBody,
  RunNowAnswer,
  TimelineEntry,
} from './api-types/jobs.ts';
export type {
  Attention,
  DurationColumns,
  Feature,
  LanesAnswer,
  MetaAnswer,
  OverviewAnswer,
  SeriesAnswer,
} from './api-types/overview.ts';
export type {
  FailuresAnswer,
  GroupAnswer,
  GroupsAnswer,
  HealthAnswer,
  PauseAnswer,
  PauseBody,
  PausedWhat,
  PausesAnswer,
  ProcessAnswer,
  ProcessesAnswer,
  ResumeAnswer,
  ScheduleActionAnswer,
  ScheduleAnswer,
  ScheduleRow,
  SchedulesAnswer,
} from './api-types/state.ts';
