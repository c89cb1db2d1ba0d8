import { CLIENTS, DATABASES, FRAMEWORKS, type ProjectChoices } from '../../src/choices.ts';

/** Each project that can be asked for. */
export const ALL: readonly ProjectChoices[] = FRAMEWORKS.flatMap((framework) =>
  CLIENTS.flatMap((client) =>
    DATABASES.map((database) => ({ name: `${framework}-${client}-${database}`, framework, client, database })),
  ),
);
