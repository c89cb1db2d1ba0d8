import { type Declaration, declarationsIn, type Member } from './declarations.ts';
import { code, page, prose, table } from './markdown.ts';

const FILE = 'packages/core/src/events.ts';

/** An event as a handler is given it. */
export interface EventType {
  readonly eventType: string;
  readonly about: string;
  /** What it carries, beside what all of its kind do. */
  readonly members: readonly Member[];
  readonly isOfWorker: boolean;
}

/** By what their names begin with. */
const KINDS = [
  { prefix: 'JOB_DEFINITION_', title: 'Enqueue', about: 'From the definition whose method was called.' },
  { prefix: 'WORKER_', title: 'Workers', about: '' },
  { prefix: 'CONTEXT_', title: 'Control', about: 'From the context whose method was called.' },
  { prefix: 'ORCHESTRATOR_', title: 'Orchestrators', about: '' },
  { prefix: '', title: 'In the background', about: '' },
] as const;

/** The events of the union, in its order. */
export function eventTypes(): readonly EventType[] {
  const declared = declarationsIn(FILE);
  const union = declared.get('BearEvent')?.source ?? '';
  return [...union.matchAll(/\| (\w+)/g)].flatMap(([, name = '']) => {
    const event = declared.get(name);
    if (event === undefined) throw new Error(`${FILE} has no ${name}, which BearEvent names`);
    const base = event.bases[0] ?? '';
    const isOfWorker = base.startsWith('WorkerEvent<');
    const ofJob = base.startsWith('JobEvent<') ? (declared.get('JobEvent')?.members ?? []) : [];
    const members = [...ofJob, ...event.members].filter((member) => member.name !== 'eventType');
    return namesOf(event).map((eventType) => ({ eventType, about: prose(event.doc), members, isOfWorker }));
  });
}

/** Some events have one interface: what they carry is the same. */
function namesOf({ source }: Declaration): readonly string[] {
  const head = /(?:Event<([^>]*)>|eventType: ([^;]*);)/.exec(source) ?? [];
  return [...(head[1] ?? head[2] ?? '').matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
}

export function eventsPage(): string {
  const declared = declarationsIn(FILE);
  const common = [...(declared.get('JobEvent')?.members ?? []), ...(declared.get('WorkerEvent')?.members ?? [])];
  const left = [...eventTypes()];
  const sections = KINDS.flatMap(({ prefix, title, about }) => {
    const own = left.filter(({ eventType }) => eventType.startsWith(prefix));
    for (const event of own) left.splice(left.indexOf(event), 1);
    const shared = prefix === 'WORKER_' ? [COMMON, '', ...membersTable(common.filter(isCarried)), ''] : [];
    return [`## ${title}`, '', ...(about === '' ? [] : [about, '']), ...shared, ...own.flatMap(sectionOf)];
  });
  return page(
    { title: 'Events', description: 'What a handler of a context hears, and what each event carries.', order: 2 },
    [...INTRODUCTION, ...sections],
  );
}

const COMMON =
  'Events of a worker carry these beside what is listed with each, except `WORKER_JOB_RESCUE` and `WORKER_JOB_GROUP_UNLOCK`:';

const INTRODUCTION = [
  '`context.addEventHandler(handler)` hears all of them, `context.on(eventType, handler)` those of one type: see [the guide](../guides/events).',
  '',
];

const isCarried = ({ name }: Member): boolean => name !== 'eventType';

function sectionOf({ eventType, about, members }: EventType): readonly string[] {
  return [`### ${eventType}`, '', about, '', ...(members.length === 0 ? [] : membersTable(members))];
}

function membersTable(members: readonly Member[]): readonly string[] {
  return table(
    ['Field', 'Type', 'What it is'],
    members.map(({ name, type, doc }) => [code(name), code(type), prose(doc)]),
  );
}
