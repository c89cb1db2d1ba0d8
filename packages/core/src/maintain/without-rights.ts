import { hasSqlState, SQL_STATES } from '../driver/index.ts';
import type { Services } from '../services/services.ts';

/** How long to wait before it is tried again, in milliseconds: rights may be given meanwhile. */
const AGAIN_MS = 600_000;

/**
 * A pass for figures that this role may lack the rights for, as one that was given its rights by an earlier release does:
 * that is told once, and nothing else suffers.
 */
export async function withoutRights(services: Services, pass: () => Promise<number>): Promise<number> {
  try {
    return await pass();
  } catch (error) {
    if (!hasSqlState(error, SQL_STATES.insufficientPrivilege)) throw error;
    services.warn('this role may not keep figures of the queue: run the SQL of generateGrantSql again for it', error);
    return AGAIN_MS;
  }
}
