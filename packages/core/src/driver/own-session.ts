import { toDatabaseError } from './database-error.ts';
import type { OwnSession } from './driver.ts';
import { leave } from './listen-until-lost.ts';
import type { ListeningConnection, ListeningRequest } from './listening-connection.ts';
import { withTimeout } from './timers.ts';

/**
 * Opens a connection for a few statements.
 *
 * @throws DatabaseError when it is not connected within `withinMs` milliseconds.
 */
export async function openOwnSession(
  open: (request: ListeningRequest) => ListeningConnection,
  { attempt, withinMs }: { readonly attempt: number; readonly withinMs: number },
): Promise<OwnSession> {
  const connection = open({ attempt, onLost: ignore, onNotification: ignore });
  try {
    const session = await withTimeout(withinMs, 'connecting to PostgreSQL', connection.connected);
    let closed: Promise<void> | undefined;
    return {
      run: (statement) => session.run(statement),
      close: () => {
        closed ??= leave(connection);
        return closed;
      },
    };
  } catch (error) {
    connection.drop();
    throw toDatabaseError(error);
  }
}

function ignore(): void {}
