import type { Role } from '../children/config.ts';
import type { Fault } from './fault.ts';

function kill(role: Role): Fault {
  return {
    name: `kill-${role}`,
    about: `kill -9 of a ${role}; another takes its place`,
    strike: async ({ victim }) => {
      const child = await victim(role);
      await child.kill();
      return child.name;
    },
  };
}

export const kills: readonly Fault[] = [kill('worker'), kill('producer'), kill('orchestrator'), kill('operator')];
