/** A job that became ready a moment ago, as those who may take it are told of it. It has no group. */
export interface AnnouncedJob {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
}
