import { preset } from '../../jest.preset.mjs';

export default { ...preset({ database: true }), testMatch: ['<rootDir>/{test,e2e}/**/*.test.ts'] };
