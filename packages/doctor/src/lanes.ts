import { asNumber, asText, waitingLanes } from '@bearmq/core/schema';
import { ask, type Check, type Examination, type Finding, lasting } from './finding.ts';

interface Lane {
  readonly channel: string;
  readonly name: string;
}

interface Process {
  readonly id: string;
  readonly place: string;
  readonly takes: readonly {
    readonly channels: readonly string[] | null;
    readonly slots: number;
    readonly names: readonly string[];
  }[];
}

/** Jobs of a lane that a process has had for longer than the patience. */
interface LongRuns extends Lane {
  readonly processId: string;
  readonly jobs: number;
  readonly oldestId: string;
}

const AT_MOST = 20;

/** Lanes whose next job has been ready for longer than the patience: nobody takes it, or all slots hang, or it is too much. */
export const checkLanes: Check = async (at) => {
  const processes = await readProcesses(at);
  if (processes.length === 0) return []; // told of as jobs that wait
  const lanes = await readLate(at);
  if (lanes.length === 0) return [];
  const longRuns = await readLongRuns(at);
  return lanes.map(({ secs, ...lane }): Finding => {
    const subject = `lane ${lane.name} of channel ${lane.channel}`;
    const since = lasting(secs);
    const serving = processes.filter(({ takes }) => takes.some((take) => covers(take, lane)));
    if (serving.length === 0) return unserved(lane, subject, since, processes);
    const slots = serving.flatMap(({ takes }) => takes.filter((take) => covers(take, lane)));
    const slotCount = slots.reduce((sum, take) => sum + take.slots, 0);
    const hung = longRuns.filter((runs) =>
      serving.some(
        ({ id, takes }) => id === runs.processId && takes.some((take) => covers(take, lane) && covers(take, runs)),
      ),
    );
    const hungCount = hung.reduce((sum, { jobs }) => sum + jobs, 0);
    const [first] = hung;
    if (slotCount > 0 && hungCount >= slotCount && first !== undefined) {
      const where = processes.find(({ id }) => id === first.processId)?.place ?? first.processId;
      return {
        kind: 'slots-hung',
        severity: 'error',
        subject,
        message: `jobs of ${told(lane)} have been waiting for ${since}: all ${slotCount} slots for them have been taken for longer than ${lasting(at.patienceSecs)}, the first by the job ${first.oldestId} (${JSON.stringify(first.name)}) in ${where}`,
        remedy: `find out what these jobs wait for, cancel them (npx bearmq jobs cancel ${first.oldestId}), or give their definition a maxRunSecs; more concurrency has others start meanwhile`,
      };
    }
    return {
      kind: 'lag',
      severity: 'warning',
      subject,
      message: `jobs of ${told(lane)} have been waiting for ${since}, though ${serving.length === 1 ? 'a process takes' : `${serving.length} processes take`} them with ${slotCount} slots`,
      remedy:
        'start more processes, or give their Workers more concurrency; if the slots are idle, see npx bearmq jobs explain for one of these jobs: a limit or a rate may hold them',
    };
  });
};

function unserved(lane: Lane, subject: string, since: string, processes: readonly Process[]): Finding {
  const names = [...new Set(processes.flatMap(({ takes }) => takes.flatMap((take) => take.names)))].sort();
  const isName = !names.includes(lane.name);
  const channels = processes.flatMap(({ takes }) => takes.flatMap((take) => take.channels ?? []));
  const taken = isName ? names : [...new Set(channels)].sort();
  const shown = taken
    .slice(0, AT_MOST)
    .map((one) => JSON.stringify(one))
    .join(', ');
  const what = isName ? 'name' : 'channel';
  return {
    kind: 'lane-unserved',
    severity: 'error',
    subject,
    message: `jobs of ${told(lane)} have been waiting for ${since}, and none of the ${processes.length} live processes takes that ${what}: they take ${shown === '' ? 'none' : shown}`,
    remedy: isName
      ? 'register the definition of that name in a process with a Worker; if the name is a mistake, or no longer used: npx bearmq jobs delete --name'
      : 'start a Worker for that channel, or move the jobs: npx bearmq jobs move --channel',
  };
}

const told = ({ channel, name }: Lane): string => `${JSON.stringify(name)} in the channel ${JSON.stringify(channel)}`;

function covers({ channels, names }: Process['takes'][number], { channel, name }: Lane): boolean {
  return names.includes(name) && (channels === null || channels.includes(channel));
}

async function readProcesses(at: Examination): Promise<readonly Process[]> {
  const rows = await ask(
    at,
    'processes',
    `select p.id::text, coalesce('process ' || p.pid || ' on ' || p.host, 'process ' || p.id)::text, coalesce(p.takes, '[]')::text
     from ${at.tables.process} p where p.expires_at >= pg_catalog.now()`,
  );
  return rows.map(([id, place, takes]) => ({
    id: asText(id),
    place: asText(place),
    takes: JSON.parse(asText(takes)) as Process['takes'],
  }));
}

/** The lanes with a job that has been ready for too long, and is not paused. */
async function readLate(at: Examination): Promise<readonly (Lane & { readonly secs: number })[]> {
  const n = at.tables;
  const rows = await ask(
    at,
    'late',
    `with recursive ${waitingLanes(n)}
     select h.channel::text, h.name::text, extract(epoch from pg_catalog.now() - greatest(h.since, 'epoch'))::float8
     from heads h
     where h.since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
       and not exists (select from ${n.pause} p where p.kind = 'everything' or p.kind = 'channel' and p.name = h.channel
         or p.kind = 'name' and p.name = h.name)
     order by h.since, h.channel, h.name limit $2::int4`,
    [at.patienceSecs, AT_MOST],
  );
  return rows.map(([channel, name, secs]) => ({ channel: asText(channel), name: asText(name), secs: asNumber(secs) }));
}

async function readLongRuns(at: Examination): Promise<readonly LongRuns[]> {
  const rows = await ask(
    at,
    'long_runs',
    `select j.process_id::text, j.channel::text, j.name::text, pg_catalog.count(*)::float8,
       (pg_catalog.array_agg(j.id order by j.claimed_at))[1]::text
     from ${at.tables.job} j
     where j.state = 'running' and j.claimed_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
       and j.process_id is not null
     group by j.process_id, j.channel, j.name order by pg_catalog.min(j.claimed_at)`,
    [at.patienceSecs],
  );
  return rows.map(([processId, channel, name, jobs, oldestId]) => ({
    processId: asText(processId),
    channel: asText(channel),
    name: asText(name),
    jobs: asNumber(jobs),
    oldestId: asText(oldestId),
  }));
}
