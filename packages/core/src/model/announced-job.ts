/** What an announcement says of a job that has just become ready. Grouped jobs are never announced. */
export interface AnnouncedJob {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
}
